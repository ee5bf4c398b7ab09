// A page with Amplify that signs in by the sign-in pages, and is where they lead back to. https://docs.amplify.aws
import { fetchAuthSession, signInWithRedirect } from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import "@aws-amplify/auth/enable-oauth-listener"; // the page is loaded anew when the person comes back
import { Amplify, Hub } from "@aws-amplify/core";

const outputs = await (await fetch("/amplify_outputs.json")).json();

const back = new Promise((resolve) =>
  Hub.listen("auth", ({ payload }) => payload.event.startsWith("signInWithRedirect") && resolve(payload)),
);
Amplify.configure(outputs);
// What aws-amplify does by itself.
cognitoUserPoolsTokenProvider.setAuthConfig(Amplify.getConfig().Auth);
Amplify.configure(Amplify.getConfig(), { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });

if (new URLSearchParams(location.search).has("code")) {
  await back;
  const { tokens } = await fetchAuthSession();
  document.title = tokens.accessToken.payload.sub;
} else {
  await signInWithRedirect();
}
