// An API that verifies access tokens: `node aws-jwt-verify.mjs <token>`. https://github.com/awslabs/aws-jwt-verify
import { CognitoJwtVerifier } from "aws-jwt-verify";

const env = process.env;

const verifier = CognitoJwtVerifier.create({
  userPoolId: env.IDENTITY_USER_POOL_ID,
  tokenUse: "access",
  clientId: env.IDENTITY_CLIENT_WEB_ID,
});
if (env.IDENTITY_JWKS_URI.startsWith("http:")) {
  verifier.cacheJwks(await (await fetch(env.IDENTITY_JWKS_URI)).json()); // the local stack: its keys are not at AWS
}

const claims = await verifier.verify(process.argv[2], { scope: env.IDENTITY_API_PROJECT_SCOPES.split(" ") });
console.log(JSON.stringify({ subject: claims.sub }));
