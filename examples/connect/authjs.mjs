// An app with a server that uses Auth.js; Next uses the same config. https://authjs.dev/getting-started/providers/cognito
import { Auth, setEnvDefaults } from "@auth/core";
import Cognito from "@auth/core/providers/cognito";
import { visit } from "./visit.mjs";

const env = process.env;
process.loadEnvFile(".env.local"); // Next does this itself
env.AUTH_SECRET ??= crypto.randomUUID(); // `npx auth secret` adds it to .env.local

const config = {
  providers: [
    Cognito({
      authorization: { url: env.AUTH_COGNITO_AUTHORIZE_URL, params: { scope: env.AUTH_COGNITO_SCOPE } },
      token: env.AUTH_COGNITO_TOKEN_URL,
      userinfo: env.AUTH_COGNITO_USER_INFO_URL,
    }),
  ],
};

// A framework calls this for each request. Here a headless browser does.
setEnvDefaults(env, Object.assign(config, { basePath: "/api/auth", trustHost: true }));
const cookies = new Map();
async function open(address, form) {
  const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
  const sent = form ? { method: "POST", body: new URLSearchParams(form), headers } : { headers };
  const response = await Auth(new Request(new URL(address, "http://localhost:3000"), sent), config);
  for (const cookie of response.headers.getSetCookie()) {
    cookies.set(...cookie.split(";")[0].split(/=(.*)/s, 2));
  }
  return response;
}

const { csrfToken } = await (await open("/api/auth/csrf")).json();
const begun = await open("/api/auth/signin/cognito", { csrfToken });
await open(await visit(begun.headers.get("location")));
console.log(JSON.stringify(await (await open("/api/auth/session")).json()));
