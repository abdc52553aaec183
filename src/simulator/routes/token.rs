//! A new access token for a refresh token, form-encoded as OAuth has it.

use serde_json::{Value, json};

use crate::api::wire::{Answer, Method};
use crate::simulator::call::{Call, Outcome};
use crate::simulator::percent;
use crate::simulator::refusal::Refusal;
use crate::simulator::router::{Route, route};

/// The only path that needs no token.
pub const PATH: &str = "/access_token";

pub const ROUTES: &[Route] = &[route(Method::Post, PATH, refresh)];

/// Fourteen days and ninety, in seconds.
const ACCESS_SECONDS: u64 = 1_209_600;
const REFRESH_SECONDS: u64 = 7_776_000;

fn refresh(call: &mut Call<'_>) -> Outcome {
    let form = form(call.request.body.as_ref());
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    if field("grant_type") != "refresh_token" {
        return Err(Refusal::new(400, "grant_type must be refresh_token"));
    }
    if field("client_id").is_empty() || field("client_secret").is_empty() {
        return Err(Refusal::new(400, "client_id and client_secret are missing"));
    }
    let given = call.world.tokens.give(field("refresh_token"));
    let access = given.ok_or_else(|| Refusal::new(400, "the refresh token is not valid"))?;
    let life = call.world.settings.token_life.ms.map_or(ACCESS_SECONDS, |ms| ms.div_ceil(1_000));
    Ok(Answer::json(
        200,
        &json!({
            "access_token": access, "expires_in": life, "token_type": "Bearer",
            "refresh_token": field("refresh_token"), "refresh_token_expires_in": REFRESH_SECONDS,
        }),
    ))
}

/// The fields of the form. What is no JSON comes in as a text; an object of texts is taken as well.
fn form(body: Option<&Value>) -> Vec<(String, String)> {
    match body {
        Some(Value::String(text)) => percent::decode_query(text),
        Some(Value::Object(fields)) => {
            fields.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        }
        _ => Vec::new(),
    }
}
