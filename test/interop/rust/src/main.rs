//! A client made of the crate oauth2, as it comes: a test says a line of JSON, [verb, argument ...], and gets one back.

use std::error::Error;
use std::io::stdin;
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicTokenResponse, BasicTokenType};
use oauth2::reqwest::blocking::Client as Http;
use oauth2::reqwest::{Certificate, Url, redirect};
use oauth2::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    EndpointSet, IntrospectionUrl, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RevocationUrl,
    Scope, StandardDeviceAuthorizationResponse, StandardRevocableToken, TokenIntrospectionResponse, TokenResponse,
    TokenUrl,
};
use serde_json::{Value, json};

type Answer = Result<Value, Box<dyn Error>>;
type OAuth = BasicClient<EndpointSet, EndpointSet, EndpointSet, EndpointSet, EndpointSet>;

struct Client {
    issuer: String,
    oauth: OAuth,
    http: Http,
    scopes: Vec<Scope>,
    pkce: Option<(PkceCodeChallenge, PkceCodeVerifier)>,
    state: CsrfToken,
    device: Option<StandardDeviceAuthorizationResponse>,
}

fn main() {
    let settings: Value = serde_json::from_str(&std::env::args().nth(1).unwrap()).unwrap();
    let mut client = Client::new(&settings).unwrap();
    // Whoever waits for a device reads a line, too: nobody may hold standard input.
    let mut line = String::new();
    while stdin().read_line(&mut line).unwrap() > 0 {
        let words: Vec<Value> = serde_json::from_str(&line).unwrap();
        line.clear();
        let answer = client.answer(text(&words[0]), &words[1..]);
        let said = answer.map_or_else(
            |error| json!({ "error": format!("{error} {error:?}") }),
            |it| json!({ "value": it }),
        );
        println!("{said}");
    }
}

impl Client {
    fn new(settings: &Value) -> Result<Self, Box<dyn Error>> {
        let issuer = text(&settings["issuer"]).to_string();
        let at = |endpoint| format!("{issuer}/alexa/{endpoint}");
        let mut oauth = BasicClient::new(ClientId::new(text(&settings["client"]).into()))
            .set_auth_uri(AuthUrl::new(at("authorize"))?)
            .set_device_authorization_url(DeviceAuthorizationUrl::new(at("device_authorization"))?)
            .set_introspection_url(IntrospectionUrl::new(at("introspect"))?)
            .set_revocation_url(RevocationUrl::new(at("revoke"))?)
            .set_token_uri(TokenUrl::new(at("token"))?);
        if !text(&settings["secret"]).is_empty() {
            oauth = oauth.set_client_secret(ClientSecret::new(text(&settings["secret"]).into()));
        }
        if text(&settings["method"]) != "basic" {
            oauth = oauth.set_auth_type(AuthType::RequestBody);
        }
        if let Some(callback) = settings["callback"].as_str() {
            oauth = oauth.set_redirect_uri(RedirectUrl::new(callback.into())?);
        }
        let ca = std::fs::read(std::env::var("SSL_CERT_FILE")?)?;
        let http = Http::builder()
            .redirect(redirect::Policy::none())
            .add_root_certificate(Certificate::from_pem(&ca)?)
            .build()?;
        let scopes = settings["scopes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| Scope::new(text(one).into()))
            .collect();
        let pkce = (settings["pkce"] == true).then(PkceCodeChallenge::new_random_sha256);
        Ok(Client {
            issuer,
            oauth,
            http,
            scopes,
            pkce,
            state: CsrfToken::new_random(),
            device: None,
        })
    }

    fn answer(&mut self, verb: &str, words: &[Value]) -> Answer {
        match verb {
            "authorizationUrl" => Ok(json!(self.authorization_url())),
            "exchange" => self.exchange(text(&words[0])),
            "refresh" => {
                let refresh = RefreshToken::new(text(&words[0]["refresh"]).into());
                Ok(ours(&self.oauth.exchange_refresh_token(&refresh).request(&self.http)?))
            }
            "revoke" => {
                let token = text(&words[0]).to_string();
                let token = match text(&words[1]) {
                    "refresh_token" => StandardRevocableToken::RefreshToken(RefreshToken::new(token)),
                    _ => StandardRevocableToken::AccessToken(AccessToken::new(token)),
                };
                self.oauth.revoke_token(token)?.request(&self.http)?;
                Ok(Value::Null)
            }
            "introspect" => self.introspect(text(&words[0])),
            "callApi" => {
                let body = json!({ "command": "players/all" }).to_string();
                let request = self
                    .http
                    .post(format!("{}/api", self.issuer))
                    .bearer_auth(text(&words[0]["access"]));
                let answer = request.header("content-type", "application/json").body(body).send()?;
                Ok(json!(answer.status().as_u16()))
            }
            "begin" => {
                let device = self
                    .oauth
                    .exchange_device_code()
                    .add_scopes(self.scopes.clone())
                    .request(&self.http)?;
                let started = serde_json::to_value(&device)?;
                self.device = Some(device);
                Ok(started)
            }
            "untilAnswered" => self.until_answered(),
            _ => Err(format!("no verb {verb}").into()),
        }
    }

    fn authorization_url(&self) -> String {
        let state = self.state.clone();
        let mut request = self.oauth.authorize_url(|| state).add_scopes(self.scopes.clone());
        if let Some((challenge, _)) = &self.pkce {
            request = request.set_pkce_challenge(challenge.clone());
        }
        request.url().0.to_string()
    }

    /// The library leaves what came back to its caller.
    fn exchange(&self, callback: &str) -> Answer {
        let callback = Url::parse(callback)?;
        let value = |name: &str| {
            callback
                .query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.to_string())
        };
        if let Some(error) = value("error") {
            return Err(error.into());
        }
        if value("state").as_ref() != Some(self.state.secret()) {
            return Err("the state is of another sign-in".into());
        }
        let mut request = self
            .oauth
            .exchange_code(AuthorizationCode::new(value("code").unwrap_or_default()));
        if let Some((_, verifier)) = &self.pkce {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.secret().clone()));
        }
        Ok(ours(&request.request(&self.http)?))
    }

    fn introspect(&self, token: &str) -> Answer {
        let token = AccessToken::new(token.into());
        let told = self.oauth.introspect(&token).request(&self.http)?;
        if !told.active() {
            return Ok(json!({ "active": false }));
        }
        let token_type = told.token_type().map(|_| "Bearer");
        Ok(json!({
            "active": true,
            "client_id": told.client_id().map(|id| id.as_str()),
            "username": told.username(),
            "scope": joined(told.scopes()),
            "token_type": token_type,
        }))
    }

    /// The library's own loop. How to wait is its caller's: the test lets the house's time pass meanwhile.
    fn until_answered(&self) -> Answer {
        let wait = |interval: Duration| {
            println!("{}", json!({ "value": { "waits": interval.as_secs() } }));
            stdin().read_line(&mut String::new()).unwrap();
        };
        let device = self.device.as_ref().unwrap();
        Ok(ours(
            &self
                .oauth
                .exchange_device_access_token(device)
                .request(&self.http, wait, None)?,
        ))
    }
}

fn ours(tokens: &BasicTokenResponse) -> Value {
    assert!(matches!(tokens.token_type(), BasicTokenType::Bearer));
    json!({
        "access": tokens.access_token().secret(),
        "refresh": tokens.refresh_token().map(RefreshToken::secret),
        "scope": joined(tokens.scopes()),
    })
}

fn joined(scopes: Option<&Vec<Scope>>) -> Option<String> {
    scopes.map(|all| all.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" "))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
