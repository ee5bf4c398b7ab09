// A page with Amplify that signs users in with the sign-in pages, and is their redirect URL. https://docs.amplify.aws
import { fetchAuthSession, signInWithRedirect } from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import "@aws-amplify/auth/enable-oauth-listener"; // the page is loaded again after the redirect
import { Amplify, Hub } from "@aws-amplify/core";

const outputs = await (await fetch("/amplify_outputs.json")).json();

const back = new Promise((resolve) =>
  Hub.listen("auth", ({ payload }) => payload.event.startsWith("signInWithRedirect") && resolve(payload)),
);
Amplify.configure(outputs);
// The package aws-amplify does this itself.
cognitoUserPoolsTokenProvider.setAuthConfig(Amplify.getConfig().Auth);
Amplify.configure(Amplify.getConfig(), { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });

if (new URLSearchParams(location.search).has("code")) {
  await back;
  const { tokens } = await fetchAuthSession();
  document.title = tokens.accessToken.payload.sub;
} else {
  await signInWithRedirect();
}
