// A relying party on openid-client, steered from a test: one JSON command a line in, one JSON answer a line out.
import { createInterface } from 'node:readline'
import * as client from 'openid-client'

let config
let flow

const commands = {
  async discover({ issuer, clientId, clientSecret, metadata, method }) {
    const authentication = {
      client_secret_post: () => client.ClientSecretPost(clientSecret),
      client_secret_basic: () => client.ClientSecretBasic(clientSecret),
      none: () => client.None(),
    }[method ?? 'client_secret_basic']()
    config = await client.discovery(new URL(issuer), clientId, metadata ?? {}, authentication, {
      execute: [client.allowInsecureRequests],
    })
    return { ...config.serverMetadata() }
  },

  async authorizationUrl({ parameters, pushed, signingKey }) {
    const verifier = client.randomPKCECodeVerifier()
    flow = { verifier, state: client.randomState(), nonce: client.randomNonce() }
    let all = {
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
      ...parameters,
    }
    let signed
    if (signingKey) {
      const key = await crypto.subtle.importKey('jwk', signingKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
      signed = await client.buildAuthorizationUrlWithJAR(config, all, { key, kid: signingKey.kid })
      all = signed.searchParams
    }
    if (signed && !pushed) return { url: signed.href }
    const url = pushed
      ? await client.buildAuthorizationUrlWithPAR(config, all)
      : client.buildAuthorizationUrl(config, all)
    return { url: url.href }
  },

  async callback({ url }) {
    const tokens = await client.authorizationCodeGrant(config, new URL(url), {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    })
    return { ...tokens, claims: tokens.claims() }
  },

  async userinfo({ accessToken, subject }) {
    return client.fetchUserInfo(config, accessToken, subject)
  },

  async refresh({ refreshToken }) {
    const tokens = await client.refreshTokenGrant(config, refreshToken)
    return { ...tokens, claims: tokens.claims() }
  },

  async endSessionUrl({ parameters }) {
    return client.buildEndSessionUrl(config, parameters).href
  },

  async revoke({ token }) {
    await client.tokenRevocation(config, token)
    return {}
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line)
  let answer
  try {
    answer = { result: (await commands[command](parameters)) ?? null }
  } catch (error) {
    answer = { error: error.error ?? error.cause?.error ?? error.code ?? error.name, message: error.message, status: error.status ?? error.cause?.status ?? error.response?.status ?? null }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
