//! Serves the operations over HTTP: JSON-RPC at `/rpc`, the artifacts as resources below `/v1/artifacts`.
//!
//! The operations themselves run as they do over lines: one session, whose workers and committer are ordinary threads.
//! Only waiting for sockets is asynchronous.

mod app;
mod body;
mod download;
mod guard;
mod patient;
mod query;
mod reply;
mod resources;
mod rpc;
mod under_way;
mod upload;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};

use super::conductor::{self, Wake};
use super::session::Session;
use super::{About, Ending, Options};
use crate::model::{Error, Result};
use crate::store::Site;

pub use guard::Token;

use app::App;
use patient::Patient;
use reply::Refused;

/// Connections beyond these wait until one is closed.
const CONNECTIONS_MAX: usize = 256;
/// How long a client may take to send the head of a request, and a connection may lie idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
/// How long what is under way may take once the end has come.
const GRACE: Duration = Duration::from_secs(5);
/// How long connections may take for their last bytes once every response is handed over.
const LAST_BYTES: Duration = Duration::from_secs(1);
/// How often it is seen whether anything is under way, once the end has come.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How a store is served over HTTP.
pub struct HttpOptions {
    /// Where to listen.
    pub address: SocketAddr,
    /// What every request must show; needed where others than this machine can connect.
    pub token: Option<Token>,
}

/// Serves over HTTP until a signal; with `stdio`, beside a session over standard input and output and until that ends.
/// `listening` is told the address as soon as clients can connect.
pub fn serve(
    site: &Arc<Site>,
    about: About,
    options: HttpOptions,
    stdio: Option<Options>,
    listening: impl FnOnce(SocketAddr),
) -> Result<Ending> {
    if options.token.is_none() && !options.address.ip().is_loopback() {
        return Err(Error::invalid_params(format!(
            "{} can be reached from other machines, so a token is needed",
            options.address
        ))
        .field("http")
        .hint("listen on 127.0.0.1, or write at least 32 random characters into a file for --http-token-file"));
    }
    let runtime =
        Builder::new_multi_thread().worker_threads(2).thread_name("http").enable_all().build().map_err(failed)?;
    let listener = runtime.block_on(TcpListener::bind(options.address)).map_err(|error| {
        Error::conflict(format!("nothing can listen on {}: {error}", options.address))
            .field("http")
            .hint("choose another port; port 0 takes any that is free")
    })?;
    let address = listener.local_addr().map_err(failed)?;
    let wake = if stdio.is_some() { Wake::new() } else { Wake::with_signals() };
    let session = Session::shared(site.clone(), about, wake.map_err(failed)?);
    let app = App::new(session.clone(), address, options.token);
    let (stop, stopped) = watch::channel(false);
    let accepting = runtime.spawn(accept(listener, app.clone(), stopped));
    listening(address);
    let mut ended_at = Instant::now();
    let mut close_the_door = || {
        ended_at = Instant::now();
        stop.send(true).ok();
    };
    let under_way = || app.under_way.any();
    let ending = match stdio {
        None => conductor::oversee(&session, close_the_door, under_way),
        Some(options) => {
            let (ended, end) = mpsc::channel();
            let own = session.clone();
            std::thread::Builder::new()
                .name("conductor".to_owned())
                .spawn(move || {
                    conductor::oversee(&own, || {}, || false);
                    ended.send(()).ok();
                })
                .map_err(failed)?;
            let ending = super::serve(site.clone(), about, options).map_err(failed)?;
            close_the_door();
            let end_of_waiting = ended_at + GRACE;
            while under_way() && Instant::now() < end_of_waiting {
                std::thread::sleep(LOOK_AGAIN);
            }
            session.end_reading();
            end.recv_timeout(GRACE).ok();
            ending
        }
    };
    finish(runtime, accepting, &app, ended_at + GRACE);
    site.close();
    Ok(ending)
}

fn failed(error: std::io::Error) -> Error {
    Error::internal(format!("HTTP can't be served: {error}"))
}

/// Waits for the open connections, those alone that have said nothing or half a head excepted.
fn finish(runtime: Runtime, accepting: tokio::task::JoinHandle<()>, app: &App, latest: Instant) {
    let idle = async {
        while app.under_way.any() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        tokio::time::sleep(LAST_BYTES).await;
    };
    runtime.block_on(async {
        tokio::select! {
            _ = accepting => {}
            () = idle => {}
            () = tokio::time::sleep_until(latest.into()) => {}
        }
    });
    runtime.shutdown_background();
}

async fn accept(listener: TcpListener, app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let service = TowerToHyperService::new(router(app));
    let open = GracefulShutdown::new();
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await.expect("it is never closed");
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            next = next => next,
            _ = stopped.changed() => break,
        };
        let stream: TcpStream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Most likely no descriptor is free; one will be.
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        stream.set_nodelay(true).ok();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(Patient::new(stream)), service.clone());
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended early: {error}");
            }
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

fn router(app: Arc<App>) -> Router {
    let router = Router::new()
        .route("/healthz", get(health))
        .route("/openapi.json", get(openapi))
        .route("/rpc", post(rpc::answer));
    resources::added_to(router)
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(middleware::from_fn_with_state(app.clone(), guard::check))
        .layer(middleware::from_fn_with_state(app.clone(), under_way::counted))
        .with_state(app)
}

async fn health(State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let told: Value =
        serde_json::from_str(&app.call("health_check", json!({}), None).await?).expect("a result is JSON");
    Ok(reply::health(told["available"] == true))
}

async fn openapi(State(app): State<Arc<App>>) -> Response {
    reply::json_text(app.openapi())
}

async fn nowhere(request: Request) -> Refused {
    let path = shown(&request);
    Error::not_found(format!("there is nothing at {path}")).hint("/openapi.json lists what there is").into()
}

async fn not_so(request: Request) -> Refused {
    let error = Error::invalid_request(format!("{} takes no {}", shown(&request), request.method()))
        .hint("/openapi.json lists what each path takes");
    Refused(StatusCode::METHOD_NOT_ALLOWED, error)
}

fn shown(request: &Request) -> String {
    request.uri().path().chars().take(200).collect()
}
