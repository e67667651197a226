//! Random bytes from the system: the one place that asks for them.

/// The system gave no random bytes. Nothing was done; a retry is safe and seldom helps.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandomness(#[source] getrandom::Error);

/// Random bytes fit for secrets.
///
/// # Errors
/// Only on a system without a source of randomness.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}
