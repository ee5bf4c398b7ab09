// An app with Amplify and its own sign-in form: `node amplify.mjs <user name> <password>`. https://docs.amplify.aws
import { readFileSync } from "node:fs";
// An app can import both from aws-amplify, which includes them.
import { fetchAuthSession, signIn } from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import { Amplify } from "@aws-amplify/core";

const outputs = JSON.parse(readFileSync("amplify_outputs.json", "utf-8"));

Amplify.configure(outputs);
const { Auth } = Amplify.getConfig();
const userPoolEndpoint = outputs.custom?.user_pool_endpoint; // the local stack; undefined on AWS
Amplify.configure({ Auth: { Cognito: { ...Auth.Cognito, userPoolEndpoint } } });

// The package aws-amplify does this itself.
cognitoUserPoolsTokenProvider.setAuthConfig(Amplify.getConfig().Auth);
Amplify.configure(Amplify.getConfig(), { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });

const [, , username, password] = process.argv;
await signIn({ username, password });
const { tokens } = await fetchAuthSession();
console.log(JSON.stringify({ subject: tokens.accessToken.payload.sub, accessToken: String(tokens.accessToken) }));
