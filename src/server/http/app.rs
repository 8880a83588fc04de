//! What the handlers of all requests share: the session, and how one waits for a method's result.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::sync::{Semaphore, oneshot};

use super::super::session::Session;
use super::super::task::Task;
use super::super::{REQUESTS_IN_FLIGHT_MAX, fault};
use super::body::Memory;
use super::guard::{Guard, Token};
use super::under_way::UnderWay;
use crate::model::{Error, Kind, Params, Result};
use crate::operations::{Method, Reply};
use crate::store::Site;

/// What the handlers share.
pub(super) struct App {
    pub(super) session: Arc<Session>,
    pub(super) guard: Guard,
    pub(super) memory: Memory,
    pub(super) under_way: UnderWay,
    /// Requests beyond the session's room wait here, without a thread.
    room: Semaphore,
    openapi: OnceLock<Bytes>,
}

/// Withdraws a request when the client that waits for it has gone.
struct Awaited<'a> {
    session: &'a Arc<Session>,
    task: Option<Arc<Task>>,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            self.session.cancel_task(task);
        }
    }
}

impl App {
    pub(super) fn new(session: Arc<Session>, address: SocketAddr, token: Option<Token>) -> Arc<Self> {
        let room = Semaphore::new(REQUESTS_IN_FLIGHT_MAX);
        Arc::new(Self {
            session,
            guard: Guard::new(address, token),
            memory: Memory::default(),
            under_way: UnderWay::default(),
            room,
            openapi: OnceLock::new(),
        })
    }

    /// Calls a method on behalf of a client, which may name no files of this machine.
    pub(super) async fn call_from_afar(
        &self,
        name: &str,
        params: impl Into<Params>,
        actor: Option<Arc<str>>,
    ) -> Result<Reply> {
        let (method, params) = (self.method(name)?, params.into());
        let given = |param: &&&str| params.at(param).is_some_and(|value| !value.is_null() && !value.is_boolean());
        if let Some(param) = method.path_params.iter().find(given) {
            return Err(Error::new(
                Kind::PathNotAllowed,
                format!("{param}: no path of this machine can be given over HTTP"),
            )
            .field(*param)
            .hint(match method.name {
                "publish_artifact" => "send the bytes: POST /v1/artifacts takes a file as its body",
                _ => "leave it out, or have it done on the server's own machine",
            }));
        }
        let asked = |(param, value): &&(&str, &str)| params.at(param).is_some_and(|given| given == *value);
        if let Some((param, _)) = method.here_only.iter().find(asked) {
            let message = format!("{param}: over HTTP no file is taken out of its producer's folder");
            return Err(Error::path_not_allowed(message)
                .field(*param)
                .hint("have it done on the server's own machine"));
        }
        self.run(method, params, actor).await
    }

    /// Calls a method.
    pub(super) async fn call(&self, name: &str, params: impl Into<Params>, actor: Option<Arc<str>>) -> Result<Reply> {
        self.run(self.method(name)?, params.into(), actor).await
    }

    fn method(&self, name: &str) -> Result<&'static Method> {
        let about = &self.session.about;
        about.find(name).ok_or_else(|| fault::unknown_method(name, about.methods))
    }

    async fn run(&self, method: &'static Method, params: Params, actor: Option<Arc<str>>) -> Result<Reply> {
        let ending = || Error::busy("the server is ending").hint("send the request to the next one");
        let _place = self.room.acquire().await.map_err(|_| ending())?;
        let (sender, receiver) = oneshot::channel();
        let told = move |result| {
            sender.send(result).ok();
        };
        let task = self.session.call(method, params, actor, told).ok_or_else(ending)?;
        let mut awaited = Awaited { session: &self.session, task: Some(task) };
        let result = receiver.await;
        awaited.task = None;
        result.unwrap_or_else(|_| Err(ending()))
    }

    /// Does what blocks away from the threads that serve sockets.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let site = self.session.site.clone();
        let done = tokio::task::spawn_blocking(move || work(&site)).await;
        done.unwrap_or_else(|panic| Err(Error::internal(format!("a request failed because of a defect: {panic}"))))
    }

    /// The OpenAPI document.
    pub(super) fn openapi(&self) -> Bytes {
        self.openapi.get_or_init(|| (self.session.about.openapi)().to_string().into()).clone()
    }
}
