//! Secrets that a service manager hands over: files in a folder of this process alone (`LoadCredential=` of systemd).

use std::path::{Path, PathBuf};

/// What a file's name in a configuration begins with where it means such a secret: `credential:erp-token`.
pub const PREFIX: &str = "credential:";

/// Why a secret that was handed over cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// There is no such folder.
    #[error(
        "means a credential of the service manager, which has passed none: CREDENTIALS_DIRECTORY is not set"
    )]
    NonePassed,
    /// The name leads elsewhere.
    #[error("expected `{PREFIX}` and the plain name of a credential")]
    Name,
}

/// Where a file is that a configuration names: in `folder`, or among what was handed over.
///
/// # Errors
/// It means a secret that was handed over, and nothing was, or its name is none.
pub fn locate(folder: &Path, file: impl AsRef<Path>) -> Result<PathBuf, CredentialError> {
    let handed_over = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    within(folder, handed_over, file.as_ref())
}

fn within(
    folder: &Path,
    handed_over: Option<PathBuf>,
    file: &Path,
) -> Result<PathBuf, CredentialError> {
    let Some(name) = file.to_str().and_then(|file| file.strip_prefix(PREFIX)) else {
        return Ok(folder.join(file));
    };
    if name.is_empty() || name.starts_with('.') || name.contains('/') {
        return Err(CredentialError::Name);
    }
    let handed_over = handed_over.ok_or(CredentialError::NonePassed)?;
    Ok(handed_over.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_in_the_folder_and_a_credential_among_those_handed_over() {
        let (etc, run) = (
            Path::new("/etc/frontage"),
            PathBuf::from("/run/credentials/x"),
        );
        let found = |handed_over, file: &str| within(etc, handed_over, Path::new(file));
        assert_eq!(found(None, "token").unwrap(), etc.join("token"));
        assert_eq!(
            found(Some(run.clone()), "credential:token").unwrap(),
            run.join("token")
        );
        assert!(matches!(
            found(None, "credential:token"),
            Err(CredentialError::NonePassed)
        ));
        for name in ["", "..", "../shadow", ".hidden", "a/b"] {
            let name = format!("credential:{name}");
            assert!(
                matches!(found(Some(run.clone()), &name), Err(CredentialError::Name)),
                "{name}"
            );
        }
    }
}
