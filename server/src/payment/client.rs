//! One request to the provider, on a connection of its own, with an answer of bounded size.
//!
//! Payments are rare beside pages, so no connection is kept: nothing is stale after a provider's restart.

use std::io;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::settings::Origin;

/// A session is a few kilobytes.
const MOST_ANSWER_BYTES: usize = 1 << 20;

/// Asks one origin.
pub struct Client {
    origin: Origin,
    authority: HeaderValue,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection, or no trust in who is at its end. Nothing was asked.
    #[error("the provider cannot be reached: {0}")]
    Connect(io::Error),
    /// The connection broke before the answer was there.
    #[error("the provider did not answer: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The library refuses its own defaults.
    #[error("TLS cannot be used: {0}")]
    Tls(#[from] rustls::Error),
    /// The address cannot be written as a header or in a certificate.
    #[error("`{0}` is not a host")]
    Host(String),
}

impl Client {
    /// A client of one origin, which trusts the authorities that browsers trust.
    ///
    /// # Errors
    /// TLS cannot be set up, or the host is none.
    pub(crate) fn new(origin: Origin) -> Result<Self, SetupError> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
        Self::trusting(origin, RootCertStore { roots })
    }

    fn trusting(origin: Origin, roots: RootCertStore) -> Result<Self, SetupError> {
        let no_host = || SetupError::Host(origin.host.clone());
        let bracketed = match origin.host.contains(':') {
            true => format!("[{}]", origin.host),
            false => origin.host.clone(),
        };
        let authority = match (origin.secure, origin.port) {
            (true, 443) | (false, 80) => bracketed,
            (_, port) => format!("{bracketed}:{port}"),
        };
        let tls = match origin.secure {
            false => None,
            true => {
                let name = ServerName::try_from(origin.host.clone()).map_err(|_| no_host())?;
                Some((connector(roots)?, name))
            }
        };
        Ok(Self {
            authority: HeaderValue::try_from(authority).map_err(|_| no_host())?,
            tls,
            origin,
        })
    }

    /// Sends a request whose target is a path; whoever waits for it sets the deadline.
    ///
    /// # Errors
    /// There is no whole answer.
    pub async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        request.headers_mut().insert(HOST, self.authority.clone());
        let address = (self.origin.host.as_str(), self.origin.port);
        let socket = TcpStream::connect(address)
            .await
            .map_err(ClientError::Connect)?;
        match &self.tls {
            None => exchange(socket, request).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), socket).await;
                exchange(stream.map_err(ClientError::Connect)?, request).await
            }
        }
    }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), ClientError> {
    let broken = |error: hyper::Error| ClientError::Broken(error.into());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let answer = async move {
        let (parts, body) = sender
            .send_request(request)
            .await
            .map_err(broken)?
            .into_parts();
        let body = Limited::new(body, MOST_ANSWER_BYTES).collect().await;
        let body = body.map_err(ClientError::Broken)?;
        Ok((parts.status, body.to_bytes()))
    };
    let mut answer = pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => return answer,
        // The other end may close with its last byte; what came before is still to be read.
        _ = connection => {}
    }
    answer.await
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use hyper::body::Incoming;
    use hyper::service::service_fn;
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::*;

    /// A server whose certificate nobody has signed but itself; it answers with the host that it was asked for.
    async fn serve() -> (u16, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let Ok(stream) = acceptor.accept(socket).await else {
                    continue;
                };
                let service = service_fn(|request: Request<Incoming>| async move {
                    let host = request.headers()[HOST].as_bytes().to_vec();
                    Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from(host))))
                });
                let protocol = hyper::server::conn::http1::Builder::new();
                let _ = protocol
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        });
        (port, certificate)
    }

    #[tokio::test]
    async fn only_who_is_trusted_is_asked() {
        let (port, certificate) = serve().await;
        let origin = Origin::parse(&format!("https://localhost:{port}")).unwrap();
        let ask = || Request::builder().uri("/").body(Full::default()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let client = Client::trusting(origin.clone(), roots).unwrap();
        let (status, body) = client.send(ask()).await.unwrap();
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body, format!("localhost:{port}"));

        let client = Client::new(origin).unwrap();
        let error = client.send(ask()).await.unwrap_err();
        assert!(matches!(error, ClientError::Connect(_)), "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
}
