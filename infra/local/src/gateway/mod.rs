//! API Gateway's side: HTTP in, a REST proxy event to the function behind the route, its answer
//! out. Knows nothing of what the functions do.

mod answer;
mod body;
mod event;
mod route;
mod server;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use server::Gateway;
