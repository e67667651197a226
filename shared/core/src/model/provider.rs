//! Where a workspace's flows find language models.

use serde::{Deserialize, Serialize};

use super::{ProviderName, SecretReference, Timestamp, WorkspaceId};

/// An endpoint that speaks the chat completions form. Its key is named here, never held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What flows call it, unique in the workspace.
    pub name: ProviderName,
    /// What `/chat/completions` is put behind, without a slash at its end.
    pub base_url: String,
    /// The model of calls that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it wants to be shown; models of one's own often want nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretReference>,
    /// When it was added.
    pub created_at: Timestamp,
}
