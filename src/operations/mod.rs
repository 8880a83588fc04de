//! Everything keepstone can do: one operation one file, and the one list of them from which all else is made.

pub mod artifacts;
pub mod audit;
pub mod bundles;
pub mod datasets;
pub mod imports;
pub mod lineage;
mod params;
pub mod registry;
pub mod rest;
pub mod retention;
pub mod runs;
pub mod scan;
pub mod session;
pub mod space;
pub mod store;
pub mod types;

use std::sync::Arc;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::{Kind, Params, Result, Watch};
use crate::objects::Staged;
use crate::store::{Reader, Site, Store, Stuck, Writer};

/// What every operation says about itself. The doc comment of `Params` is its documentation everywhere.
pub trait Operation {
    /// The method's name on the wire.
    const METHOD: &'static str;
    /// Other names for the same method.
    const ALIASES: &'static [&'static str] = &[];
    /// Whether sending it a second time changes nothing more, so that a client may retry it.
    const IDEMPOTENT: bool = true;
    /// The parameters that name files of the caller's own machine, `left.path` for one inside another; over a network nobody
    /// may give them.
    const PATH_PARAMS: &'static [&'static str] = &[];
    /// Values of parameters by which files leave their producer's folder; over a network nobody may give them.
    const HERE_ONLY: &'static [(&'static str, &'static str)] = &[];
    /// The parameters for which null says something; for all others it means absent.
    const NULLS: &'static [&'static str] = &[];
    /// The parameters, one object.
    type Params: DeserializeOwned + JsonSchema;
    /// The result.
    type Result: Serialize + JsonSchema + 'static;
}

/// Reads one moment of the store.
pub trait Query: Operation {
    /// Answers from the reader alone.
    fn run(reader: &Reader, params: Self::Params, context: &Context) -> Result<Self::Result>;
}

/// Changes the store: long work first and without a lock, then a short commit.
pub trait Command: Operation {
    /// Whether it makes the store when there is none.
    const CREATES_STORE: bool = false;
    /// Whether later requests must not even prepare before it is committed.
    const BARRIER: bool = false;
    /// What the preparation hands to the commit.
    type Prepared: Send + 'static;
    /// Refuses what can be told to be wrong before there is a store, so that it does not make one.
    fn check(_: &Self::Params, _: &Context) -> Result<()> {
        Ok(())
    }
    /// Reads, hashes, converts, stages; several run at once.
    fn prepare(store: &Arc<Store>, params: Self::Params, context: &Context) -> Result<Self::Prepared>;
    /// The files that the commit keeps; they are flushed before it, together with those of other commands.
    fn staged(_: &Self::Prepared) -> &[Staged] {
        &[]
    }
    /// The answer where there is nothing to change, so that nobody's commit has to be waited for. Asked once everything that
    /// came before is committed.
    fn answer(_: &Self::Prepared, _: &Arc<Store>) -> Result<Option<Self::Result>> {
        Ok(None)
    }
    /// Every check that depends on others, and the change.
    fn commit(prepared: Self::Prepared, writer: &mut Writer) -> Result<Self::Result>;
    /// The answer where the files of some artifacts could not be moved after the commit, so that these are as they were.
    fn left(_: Self::Result, stuck: &[&Stuck]) -> Result<Self::Result> {
        Err(stuck[0].refusal())
    }
}

/// Answers without an open store, or about the session itself.
pub trait Probe: Operation {
    /// Answers; must not change the store, unless its params ask for that in so many words.
    fn run(params: Self::Params, context: &Context) -> Result<Self::Result>;
}

/// Makes, replaces or copies the whole manifest, or fills it in several commits, alone: earlier requests are answered
/// first, later ones wait.
pub trait Maintenance: Operation {
    /// Does the work.
    fn run(params: Self::Params, context: &Context) -> Result<Self::Result>;
}

/// What a request carries besides its parameters.
pub struct Context<'a> {
    /// Where the store is.
    pub site: &'a Site,
    /// The moment at which the request was taken up.
    pub now: Timestamp,
    /// The client's name, where it gave one.
    pub actor: Option<&'a str>,
    /// Told of progress; knows of cancellation.
    pub watch: &'a dyn Watch,
    /// The session that the request came over.
    pub host: &'a dyn Host,
}

/// The session that a request came over.
pub trait Host: Sync {
    /// Takes note of the client and says who serves it.
    fn initialize(&self, params: session::initialize::Params) -> Result<session::initialize::Result>;
    /// The OpenRPC document.
    fn discover(&self) -> Value;
}

/// A result as JSON text.
pub type Reply = String;

/// The answer of what was committed, which is told what could not be carried out of it.
pub type Committed = Box<dyn FnOnce(&[&Stuck]) -> Result<Reply>>;

/// A prepared command.
pub trait Pending: Send {
    /// The files that the commit keeps.
    fn staged(&self) -> &[Staged] {
        &[]
    }
    /// The answer where there is nothing to change, once everything that came before is committed.
    fn answer(&self) -> Result<Option<Reply>> {
        Ok(None)
    }
    /// Commits it inside the writer's transaction.
    fn commit(self: Box<Self>, writer: &mut Writer) -> Result<Committed>;
}

struct PendingCommand<C: Command> {
    store: Arc<Store>,
    prepared: C::Prepared,
}

impl<C: Command> Pending for PendingCommand<C> {
    fn staged(&self) -> &[Staged] {
        C::staged(&self.prepared)
    }

    fn answer(&self) -> Result<Option<Reply>> {
        Ok(C::answer(&self.prepared, &self.store)?.map(|result| to_reply(&result)))
    }

    fn commit(self: Box<Self>, writer: &mut Writer) -> Result<Committed> {
        let result = C::commit(self.prepared, writer)?;
        Ok(Box::new(move |stuck| {
            let result = if stuck.is_empty() { result } else { C::left(result, stuck)? };
            Ok(to_reply(&result))
        }))
    }
}

/// How a method is run.
#[derive(Clone, Copy)]
pub enum Run {
    /// See [`Query`].
    Query(fn(Params, &Context) -> Result<Reply>),
    /// See [`Command`].
    Command(fn(Params, &Context) -> Result<Box<dyn Pending>>),
    /// See [`Probe`].
    Probe(fn(Params, &Context) -> Result<Reply>),
    /// See [`Maintenance`].
    Maintenance(fn(Params, &Context) -> Result<Reply>),
}

/// One operation, with its types erased.
pub struct Method {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// Whether a client may retry it.
    pub idempotent: bool,
    /// The parameters that name files of the caller's own machine.
    pub path_params: &'static [&'static str],
    /// Values of parameters by which files leave their producer's folder.
    pub here_only: &'static [(&'static str, &'static str)],
    /// Whether it makes the store when there is none.
    pub creates_store: bool,
    /// Whether later requests must wait for it before they prepare.
    pub barrier: bool,
    /// How it is run.
    pub run: Run,
    /// The schema of its parameters.
    pub params_schema: fn(&mut SchemaGenerator) -> Schema,
    /// The schema of its result.
    pub result_schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Method {
    const fn of<O: Operation>(run: Run) -> Self {
        Self {
            name: O::METHOD,
            aliases: O::ALIASES,
            idempotent: O::IDEMPOTENT,
            path_params: O::PATH_PARAMS,
            here_only: O::HERE_ONLY,
            creates_store: false,
            barrier: false,
            run,
            params_schema: |generator| generator.root_schema_for::<O::Params>(),
            result_schema: |generator| generator.root_schema_for::<O::Result>(),
        }
    }

    const fn query<Q: Query>() -> Self {
        Self::of::<Q>(Run::Query(|params, context| {
            let params = params::parse(params, Q::NULLS)?;
            let reader = context.site.store()?.read()?;
            context.watch.viewed();
            Q::run(&reader, params, context).map(|result| to_reply(&result))
        }))
    }

    const fn command<C: Command + 'static>() -> Self {
        let run = Run::Command(|params, context| {
            let params = params::parse(params, C::NULLS)?;
            let store = match context.site.store() {
                Err(error) if C::CREATES_STORE && error.kind() == Kind::NotFound => {
                    C::check(&params, context)?;
                    context.site.store_or_create()?
                }
                found => found?,
            };
            let prepared = C::prepare(&store, params, context)?;
            Ok(Box::new(PendingCommand::<C> { store, prepared }))
        });
        Self { creates_store: C::CREATES_STORE, barrier: C::BARRIER, ..Self::of::<C>(run) }
    }

    const fn probe<P: Probe>() -> Self {
        Self::of::<P>(Run::Probe(|params, context| {
            P::run(params::parse(params, P::NULLS)?, context).map(|result| to_reply(&result))
        }))
    }

    const fn maintenance<M: Maintenance>() -> Self {
        let run = Run::Maintenance(|params, context| {
            M::run(params::parse(params, M::NULLS)?, context).map(|result| to_reply(&result))
        });
        Self { barrier: true, ..Self::of::<M>(run) }
    }

    /// The method of this name or alias.
    pub fn find(name: &str) -> Option<&'static Method> {
        OPERATIONS.iter().find(|method| method.name == name || method.aliases.contains(&name))
    }
}

fn to_reply(result: &impl Serialize) -> Reply {
    serde_json::to_string(result).expect("results are plain data")
}

/// Every operation, in the order in which the reference shows them.
pub static OPERATIONS: &[Method] = &[
    Method::probe::<session::initialize::Initialize>(),
    Method::probe::<session::discover::Discover>(),
    Method::probe::<store::health_check::HealthCheck>(),
    Method::maintenance::<store::init::Init>(),
    Method::command::<artifacts::publish_artifact::PublishArtifact>(),
    Method::query::<artifacts::get_artifact::GetArtifact>(),
    Method::query::<artifacts::get_artifacts::GetArtifacts>(),
    Method::query::<artifacts::list_artifacts::ListArtifacts>(),
    Method::query::<registry::search_artifacts::SearchArtifacts>(),
    Method::query::<registry::compare_artifacts::CompareArtifacts>(),
    Method::query::<registry::get_related::GetRelated>(),
    Method::query::<artifacts::resolve::Resolve>(),
    Method::query::<artifacts::find_by_logical_key::FindByLogicalKey>(),
    Method::query::<artifacts::find_by_hash::FindByHash>(),
    Method::query::<artifacts::list_files::ListFiles>(),
    Method::query::<artifacts::read_file::ReadFile>(),
    Method::query::<artifacts::export_artifact::ExportArtifact>(),
    Method::command::<artifacts::supersede::Supersede>(),
    Method::command::<registry::update_artifact::UpdateArtifact>(),
    Method::command::<registry::bulk_update::BulkUpdate>(),
    Method::command::<registry::set_alias::SetAlias>(),
    Method::command::<registry::remove_alias::RemoveAlias>(),
    Method::query::<registry::list_aliases::ListAliases>(),
    Method::command::<types::register_type::RegisterType>(),
    Method::query::<types::list_types::ListTypes>(),
    Method::query::<lineage::get_lineage::GetLineage>(),
    Method::query::<lineage::get_downstream::GetDownstream>(),
    Method::query::<lineage::trace_roots::TraceRoots>(),
    Method::query::<lineage::get_lineage_graph::GetLineageGraph>(),
    Method::query::<lineage::find_lineage_paths::FindLineagePaths>(),
    Method::command::<lineage::add_lineage::AddLineage>(),
    Method::query::<audit::audit::Audit>(),
    Method::command::<runs::start_run::StartRun>(),
    Method::command::<runs::finish_run::FinishRun>(),
    Method::query::<runs::get_run::GetRun>(),
    Method::query::<runs::list_runs::ListRuns>(),
    Method::command::<datasets::create_dataset::CreateDataset>(),
    Method::query::<datasets::get_dataset::GetDataset>(),
    Method::query::<datasets::list_datasets::ListDatasets>(),
    Method::query::<datasets::list_dataset_members::ListDatasetMembers>(),
    Method::query::<datasets::diff_datasets::DiffDatasets>(),
    Method::query::<datasets::verify_dataset::VerifyDataset>(),
    Method::command::<datasets::delete_dataset::DeleteDataset>(),
    Method::command::<datasets::restore_dataset::RestoreDataset>(),
    Method::maintenance::<scan::scan::ScanFiles>(),
    Method::command::<retention::pin::SetPin>(),
    Method::command::<retention::unpin::Unpin>(),
    Method::query::<retention::list_pins::ListPins>(),
    Method::query::<retention::list_policies::ListPolicies>(),
    Method::query::<retention::plan_gc::PlanGc>(),
    Method::maintenance::<retention::apply_gc::ApplyGc>(),
    Method::command::<retention::delete_artifact::DeleteArtifact>(),
    Method::command::<retention::bulk_delete::BulkDelete>(),
    Method::query::<retention::list_trash::ListTrash>(),
    Method::maintenance::<retention::restore::Restore>(),
    Method::maintenance::<retention::purge_trash::PurgeTrash>(),
    Method::query::<space::get_stats::GetStats>(),
    Method::query::<space::plan_compaction::PlanCompaction>(),
    Method::maintenance::<space::apply_compaction::ApplyCompaction>(),
    Method::maintenance::<space::expand::Expand>(),
    Method::maintenance::<imports::import_m3::ImportM3>(),
    Method::maintenance::<imports::import_cryptorun::ImportCryptorun>(),
    Method::maintenance::<imports::import_m3_policies::ImportM3Policies>(),
    Method::query::<bundles::export_bundle::ExportBundle>(),
    Method::command::<bundles::import_bundle::ImportBundle>(),
    Method::query::<store::list_events::ListEvents>(),
    Method::probe::<store::verify_store::VerifyStore>(),
    Method::maintenance::<store::backup::Backup>(),
    Method::maintenance::<store::restore_backup::RestoreBackup>(),
    Method::maintenance::<store::rebuild_manifest::RebuildManifest>(),
];
