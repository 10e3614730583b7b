// A relying party on oauth4webapi, steered from a test: one JSON command a line in, one JSON answer a line out.
import { createInterface } from 'node:readline'
import * as oauth from 'oauth4webapi'

let server
let client
let authentication
let flow

const commands = {
  async discover({ issuer, clientId, clientSecret }) {
    const url = new URL(issuer)
    const answer = await oauth.discoveryRequest(url, { algorithm: 'oidc' })
    server = await oauth.processDiscoveryResponse(url, answer)
    client = { client_id: clientId }
    authentication = oauth.ClientSecretBasic(clientSecret)
    return server
  },

  async authorizationUrl({ redirectUri, scope }) {
    const verifier = oauth.generateRandomCodeVerifier()
    flow = { verifier, redirectUri, state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() }
    const url = new URL(server.authorization_endpoint)
    const parameters = {
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  },

  async callback({ url }) {
    const parameters = oauth.validateAuthResponse(server, client, new URL(url), flow.state)
    const answer = await oauth.authorizationCodeGrantRequest(
      server, client, authentication, parameters, flow.redirectUri, flow.verifier,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
      expectedNonce: flow.nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, answer)
    return { ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) }
  },

  async userinfo({ accessToken, subject }) {
    const answer = await oauth.userInfoRequest(server, client, accessToken)
    return oauth.processUserInfoResponse(server, client, subject, answer)
  },

  // The library has no function for it; the address is in the metadata that it checked.
  async endSessionUrl({ idToken, postLogoutRedirectUri }) {
    const url = new URL(server.end_session_endpoint)
    url.searchParams.set('id_token_hint', idToken)
    url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri)
    return url.href
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line)
  let answer
  try {
    answer = { result: (await commands[command](parameters)) ?? null }
  } catch (error) {
    answer = { error: error.error ?? error.code ?? error.name, message: error.message, status: error.status ?? null }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
