//! Which route a request belongs to. Only method and path are looked at.

use super::call::{Call, Outcome};
use super::percent;
use crate::api::wire::Method;

/// What a route does.
pub type Handler = fn(&mut Call<'_>) -> Outcome;

/// One operation of the API.
pub struct Route {
    pub method: Method,
    /// The path with `{names}` for its variable segments.
    pub template: &'static str,
    pub handler: Handler,
}

/// A line of a route table.
pub const fn route(method: Method, template: &'static str, handler: Handler) -> Route {
    Route { method, template, handler }
}

/// What was found for a request.
pub enum Found {
    /// A route, with the variable segments of the path, decoded.
    Route(&'static Route, Vec<String>),
    /// The path is known, but not with this method.
    WrongMethod(&'static str),
    Unknown,
}

/// Finds the route; earlier tables and lines win.
pub fn find(tables: &[&'static [Route]], method: Method, path: &str) -> Found {
    let mut same_path = None;
    for route in tables.iter().copied().flatten() {
        let Some(arguments) = fit(route.template, path) else { continue };
        if route.method == method {
            return Found::Route(route, arguments);
        }
        same_path = same_path.or(Some(route.template));
    }
    same_path.map_or(Found::Unknown, Found::WrongMethod)
}

fn fit(template: &str, path: &str) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            arguments.push(percent::decode(segment));
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(arguments)
}
