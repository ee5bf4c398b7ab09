// A single-page app; here without a page. https://authts.github.io/oidc-client-ts
import { UserManager } from "oidc-client-ts";
import { visit } from "./visit.mjs";

const env = process.env;

const settings = {
  authority: env.IDENTITY_ISSUER,
  metadataUrl: env.IDENTITY_OPENID_CONFIGURATION_URI,
  client_id: env.IDENTITY_CLIENT_WEB_ID,
  redirect_uri: env.IDENTITY_CLIENT_WEB_CALLBACK_URL,
  scope: env.IDENTITY_CLIENT_WEB_SCOPES,
};

// A page calls signinRedirect() and, after the redirect, signinCallback(). This replaces the browser's window.
const page = {
  prepare: async () => ({ navigate: async ({ url }) => ({ url: await visit(url) }), close: () => {} }),
};
const users = new UserManager(settings, page, page);
const user = await users.signinPopup();
console.log(JSON.stringify({ subject: user.profile.sub, accessToken: user.access_token }));
process.exit(); // it would continue to refresh the tokens
