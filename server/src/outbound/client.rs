//! One request to an origin, with an answer of bounded size.
//!
//! A client that asks rarely makes a connection for each request: nothing is stale after a restart of the other end.
//! One that asks often keeps connections, and asks again on a new one where a kept one turns out to be closed.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::origin::Origin;

/// The largest answer that is read.
const MOST_ANSWER_BYTES: usize = 1 << 20;
/// How long an unused connection is kept: less than servers usually wait.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Asks one origin.
pub struct Client {
    origin: Origin,
    authority: HeaderValue,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// Connections that nobody uses now, the latest last; at most so many.
    kept: Mutex<Vec<Connection>>,
    most_kept: usize,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection, or no trust in who is at its end. Nothing was asked.
    #[error("{host} cannot be reached: {source}")]
    Connect {
        /// Who was to be asked.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// The connection broke before the answer was there, or the answer is too large.
    #[error("{host} gave no whole answer: {source}")]
    Broken {
        /// Who was asked.
        host: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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

/// A connection and the task that drives it, which ends with it.
struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    task: JoinHandle<()>,
    since: Instant,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// A client of one origin, which trusts the authorities that browsers trust, and keeps no connection.
    ///
    /// # Errors
    /// TLS cannot be set up, or the host is none.
    pub(crate) fn new(origin: Origin) -> Result<Self, SetupError> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
        Self::trusting(origin, RootCertStore { roots })
    }

    /// The same, which trusts these authorities.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub(crate) fn trusting(origin: Origin, roots: RootCertStore) -> Result<Self, SetupError> {
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
            kept: Mutex::default(),
            most_kept: 0,
        })
    }

    /// The same, which keeps so many connections while nobody uses them. For questions that may be asked twice: one
    /// whose answer did not begin on a kept connection is asked once more on a new one.
    pub(crate) fn keeping(self, most_kept: usize) -> Self {
        Self { most_kept, ..self }
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
        let (connection, answer) = self.begin(request).await?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, MOST_ANSWER_BYTES).collect().await;
        let body = body.map_err(|source| self.broken(source))?;
        self.keep(connection);
        Ok((parts.status, body.to_bytes()))
    }

    /// The head of the answer, and the connection that its body comes on.
    async fn begin(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(Connection, Response<Incoming>), ClientError> {
        // It may have been closed while nobody used it. An answer that has begun was meant for us, whatever becomes of it.
        if let Some(mut kept) = self.take().await
            && let Ok(answer) = kept.sender.send_request(request.clone()).await
        {
            return Ok((kept, answer));
        }
        let mut connection = self.connect().await?;
        let answer = connection.sender.send_request(request).await;
        let answer = answer.map_err(|error| self.broken(error.into()))?;
        Ok((connection, answer))
    }

    async fn connect(&self) -> Result<Connection, ClientError> {
        let failed = |source| ClientError::Connect {
            host: self.origin.host.clone(),
            source,
        };
        let address = (self.origin.host.as_str(), self.origin.port);
        let socket = TcpStream::connect(address).await.map_err(failed)?;
        let shaken = match &self.tls {
            None => shake(socket).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), socket).await;
                shake(stream.map_err(failed)?).await
            }
        };
        shaken.map_err(|error| self.broken(error.into()))
    }

    /// A kept connection that is open as far as we know; older ones are closed.
    async fn take(&self) -> Option<Connection> {
        loop {
            let mut connection = {
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.retain(|connection| connection.since.elapsed() < KEPT_FOR);
                kept.pop()?
            };
            if connection.sender.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    fn keep(&self, mut connection: Connection) {
        connection.since = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < self.most_kept && !connection.sender.is_closed() {
            kept.push(connection);
        }
    }

    fn broken(&self, source: Box<dyn std::error::Error + Send + Sync>) -> ClientError {
        let host = self.origin.host.clone();
        ClientError::Broken { host, source }
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

async fn shake(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Connection, hyper::Error> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // What goes wrong with the connection is told to whoever waits for an answer.
    let task = tokio::spawn(async move { drop(connection.await) });
    Ok(Connection {
        sender,
        task,
        since: Instant::now(),
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use hyper::service::service_fn;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
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
        assert!(matches!(error, ClientError::Connect { .. }), "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }

    /// One connection after the other, which says what stands here, one request after the other, and is closed then.
    /// Gives the number of requests that it heard.
    async fn say(listener: TcpListener, scripts: Vec<Vec<&'static str>>) -> usize {
        let mut heard = 0;
        for script in scripts {
            let (mut socket, _) = listener.accept().await.unwrap();
            for answer in script {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(socket.read_u8().await.unwrap());
                }
                heard += 1;
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        heard
    }

    #[tokio::test]
    async fn a_question_is_asked_again_only_where_no_answer_began() {
        const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no";
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let client = Client::new(Origin::parse(&origin).unwrap())
            .unwrap()
            .keeping(1);
        let scripts = vec![vec![WHOLE, HALF], vec![WHOLE, ""], vec![WHOLE]];
        let server = tokio::spawn(say(listener, scripts));
        let ask = || client.send(Request::builder().uri("/").body(Full::default()).unwrap());
        ask().await.unwrap();
        let error = ask().await.unwrap_err();
        assert!(matches!(error, ClientError::Broken { .. }), "{error}");
        ask().await.unwrap();
        // The kept connection is closed without a word.
        ask().await.unwrap();
        assert_eq!(server.await.unwrap(), 5);
    }
}
