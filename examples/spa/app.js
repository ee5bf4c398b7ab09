// The whole app: four buttons, and the name of the signed-in user. `oidc` is oidc-client-ts.
const values = await (await fetch("/settings.json")).json();
const users = new oidc.UserManager(values.oidc);
const element = (id) => document.getElementById(id);

async function show(said = "") {
  const user = await users.getUser();
  element("who").textContent = user ? `Signed in: ${user.profile["cognito:username"]}` : "Nobody is signed in.";
  element("said").textContent = said;
  element("sign-in").hidden = Boolean(user);
  for (const id of ["renew", "call", "sign-out"]) element(id).hidden = !user;
}

async function renew() {
  const user = await users.getUser();
  const renewed = await users.signinSilent();
  return `Renewed: ${renewed.access_token !== user.access_token}, for ${renewed.expires_in} s`;
}

async function call() {
  const user = await users.getUser();
  const answer = await fetch("/projects", { headers: { Authorization: `Bearer ${user.access_token}` } });
  return `${answer.status}: ${await answer.text()}`;
}

// Cognito's logout endpoint has its own parameters: https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
const signOut = () =>
  users.signoutRedirect({ extraQueryParams: { client_id: values.oidc.client_id, logout_uri: values.logoutUri } });

const actions = { "sign-in": () => users.signinRedirect(), renew, call, "sign-out": signOut };
for (const [id, action] of Object.entries(actions)) {
  element(id).onclick = () => action().then(show, (error) => show(String(error)));
}
if (location.pathname === "/callback") {
  await users.signinCallback();
  history.replaceState({}, "", "/"); // the code is used up
}
await show();
