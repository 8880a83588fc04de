//! One call without a session, for the command line.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use super::{About, fault, host};
use crate::model::{Params, Result, Watch};
use crate::operations::session::initialize;
use crate::operations::{Context, Host, Reply, Run};
use crate::store::Site;

struct Single<'a> {
    site: &'a Site,
    about: &'a About,
}

impl Host for Single<'_> {
    fn initialize(&self, params: initialize::Params) -> Result<initialize::Result> {
        host::introduction(self.site, self.about, &params)
    }

    fn discover(&self) -> Value {
        (self.about.openrpc)()
    }
}

/// Runs one method to its end; when it answers, what it changed is on disk and in its final place.
pub fn call_once(
    site: &Site,
    about: &About,
    method: &str,
    params: impl Into<Params>,
    actor: Option<&str>,
    watch: &dyn Watch,
) -> Result<Reply> {
    let method = about.find(method).ok_or_else(|| fault::unknown_method(method, about.methods))?;
    let context = Context { site, now: site.clock().now(), actor, watch, host: &Single { site, about } };
    let called = catch_unwind(AssertUnwindSafe(|| match method.run {
        Run::Query(run) | Run::Probe(run) | Run::Maintenance(run) => run(params.into(), &context),
        Run::Command(prepare) => {
            let pending = prepare(params.into(), &context)?;
            watch.step(0, 0, "committing")?;
            let store = site.store()?;
            store.flush(pending.staged())?;
            let mut batch = store.begin()?;
            let committed = batch.attempt(|writer| pending.commit(writer))?;
            let stuck = batch.commit()?;
            store.settle_if_possible();
            committed(&stuck.iter().collect::<Vec<_>>())
        }
    }));
    called.unwrap_or_else(|panic| Err(fault::panicked(method.name, &*panic)))
}
