// An API on Spring Boot that checks access tokens; its addresses are in application.yaml.
@Bean
SecurityFilterChain security(HttpSecurity http) throws Exception {
    return http
        .authorizeHttpRequests(it -> it.anyRequest().hasAuthority("SCOPE_app.focusmark.api.project/project.read"))
        .oauth2ResourceServer(it -> it.jwt(Customizer.withDefaults()))
        .build();
}
