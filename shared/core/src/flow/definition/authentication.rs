//! Credentials.

#![expect(dead_code, reason = "members are declared to be known; many are looked at by place only")]

use serde::Deserialize;

use super::Object;

/// One way to authenticate, or the name of a shared one.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::flow) enum Authentication {
    Use(String),
    Basic(BasicSource),
    Bearer(BearerSource),
    Digest(BasicSource),
    Oauth2(OAuth2),
    Oidc(OAuth2),
    Certificate(Object),
}

/// User and password, or the name of a secret that holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct BasicSource {
    pub(in crate::flow) username: Option<String>,
    pub(in crate::flow) password: Option<String>,
    pub(in crate::flow) r#use: Option<String>,
}

/// A token, or the name of a secret that holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct BearerSource {
    pub(in crate::flow) token: Option<String>,
    pub(in crate::flow) r#use: Option<String>,
}

/// `OAuth` 2 and `OpenID Connect`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct OAuth2 {
    endpoints: Option<OAuth2Endpoints>,
    authority: Option<String>,
    grant: Option<Grant>,
    client: Option<Client>,
    request: Option<TokenRequest>,
    issuers: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
    audiences: Option<Vec<String>>,
    username: Option<String>,
    password: Option<String>,
    subject: Option<Token>,
    actor: Option<Token>,
    r#use: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OAuth2Endpoints {
    token: Option<String>,
    revocation: Option<String>,
    introspection: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grant {
    AuthorizationCode,
    ClientCredentials,
    Password,
    RefreshToken,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    id: Option<String>,
    secret: Option<String>,
    assertion: Option<String>,
    authentication: Option<ClientAuthentication>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClientAuthentication {
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    encoding: Option<TokenEncoding>,
}

#[derive(Deserialize)]
enum TokenEncoding {
    #[serde(rename = "application/x-www-form-urlencoded")]
    Form,
    #[serde(rename = "application/json")]
    Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
    r#type: String,
}
