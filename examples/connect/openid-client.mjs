// An app with a server, or a program on the user's machine. https://github.com/panva/openid-client
import * as oidc from "openid-client";
import { visit } from "./visit.mjs";

const env = process.env;

const discovery = new URL(env.IDENTITY_OPENID_CONFIGURATION_URI);
const config = await oidc.discovery(discovery, env.IDENTITY_CLIENT_WEB_ID, undefined, oidc.None(), {
  execute: discovery.protocol === "http:" ? [oidc.allowInsecureRequests] : [], // the local stack
});
const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
const expectedState = oidc.randomState();
const url = oidc.buildAuthorizationUrl(config, {
  redirect_uri: env.IDENTITY_CLIENT_WEB_CALLBACK_URL,
  scope: env.IDENTITY_CLIENT_WEB_SCOPES,
  code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  state: expectedState,
});
const callback = new URL(await visit(url));
const tokens = await oidc.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState });

const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
const person = await oidc.fetchUserInfo(config, renewed.access_token, tokens.claims().sub);
console.log(JSON.stringify({ subject: person.sub, accessToken: renewed.access_token, idToken: tokens.id_token }));
