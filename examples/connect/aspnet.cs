// An API on ASP.NET that verifies access tokens; its settings are in appsettings.json.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddAuthorizationBuilder().AddPolicy("project.read", policy => policy
    .RequireClaim("token_use", "access")
    .RequireAssertion(request => request.User.FindFirst("scope")?.Value.Split(' ').Contains("app.focusmark.api.project/project.read") == true));
var app = builder.Build();
app.MapGet("/projects", () => Array.Empty<string>()).RequireAuthorization("project.read");
app.Run();
