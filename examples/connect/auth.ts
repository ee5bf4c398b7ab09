// Auth.js in Next; the values are in .env.local.
import NextAuth from "next-auth";
import Cognito from "next-auth/providers/cognito";

const env = process.env;

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    Cognito({
      authorization: { url: env.AUTH_COGNITO_AUTHORIZE_URL, params: { scope: env.AUTH_COGNITO_SCOPE } },
      token: env.AUTH_COGNITO_TOKEN_URL,
      userinfo: env.AUTH_COGNITO_USER_INFO_URL,
    }),
  ],
});
