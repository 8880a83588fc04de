//! Which requests are under way: from their head until the last of the response is handed over.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use super::app::App;

/// Counts the requests under way: each holds a share.
#[derive(Default)]
pub(super) struct UnderWay(Arc<()>);

impl UnderWay {
    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

/// A response on its way out, with its request's share.
struct Held {
    body: Body,
    _share: Arc<()>,
}

/// Counts a request.
pub(super) async fn counted(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let share = app.under_way.0.clone();
    next.run(request).await.map(|body| Body::new(Held { body, _share: share }))
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
