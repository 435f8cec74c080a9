//! The SQL engine: a memory limit that is always set, spill files inside the case folder.

use std::{
    fs::File,
    future::poll_fn,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context as _, Result, anyhow};
use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use datafusion::{
    arrow::compute::BatchCoalescer,
    datasource::MemTable,
    error::{DataFusionError, Result as EngineResult},
    execution::{
        context::SQLOptions, disk_manager::DiskManagerBuilder, disk_manager::DiskManagerMode,
        memory_pool::FairSpillPool, runtime_env::RuntimeEnvBuilder,
    },
    prelude::{ParquetReadOptions, SessionConfig, SessionContext},
};
use parquet::arrow::ArrowWriter;
use tokio::runtime::Runtime;

use crate::{Options, columns, columns::Batcher, fetched::Fetched};

/// Folder of spill files inside the case folder.
pub(crate) const SPILL: &str = "spill";
static ENGINES: AtomicU32 = AtomicU32::new(0);

/// One engine with its tables.
pub(crate) struct Engine {
    runtime: Runtime,
    context: SessionContext,
    spill: PathBuf,
}

impl Engine {
    pub(crate) fn new(options: &Options) -> Result<Engine> {
        let threads = options.threads.max(1);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            // Plans are walked by recursion, and nothing is optimised away in a dev build.
            .thread_stack_size(32 << 20)
            .thread_name("store")
            .build()
            .context("cannot start threads")?;
        // A folder of its own: somebody may look things up while another run spills.
        let number = ENGINES.fetch_add(1, Ordering::Relaxed);
        let spill = options.folder.join(SPILL).join(format!("{}-{number}", std::process::id()));
        std::fs::create_dir_all(&spill)
            .with_context(|| format!("cannot create {}", spill.display()))?;
        let disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![spill.clone()]));
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(options.memory.max(64 << 20))))
            .with_disk_manager_builder(disk)
            .build_arc()?;
        let mut config =
            SessionConfig::new().with_target_partitions(threads).with_information_schema(true);
        let parquet = &mut config.options_mut().execution.parquet;
        parquet.schema_force_view_types = false;
        parquet.pushdown_filters = true;
        parquet.reorder_filters = true;
        let context = SessionContext::new_with_config_rt(config, environment);
        Ok(Engine { runtime, context, spill })
    }

    /// Lets a table be made of these Parquet files; of none, an empty one.
    pub(crate) fn files(&self, name: &str, schema: &SchemaRef, paths: &[PathBuf]) -> Result<()> {
        self.drop(name)?;
        if paths.is_empty() {
            let empty = MemTable::try_new(schema.clone(), vec![vec![]])?;
            self.context.register_table(name, Arc::new(empty))?;
            return Ok(());
        }
        let urls: Vec<String> = paths.iter().map(|it| url(it)).collect::<Result<_>>()?;
        let schema: Schema = schema.as_ref().clone();
        let context = self.context.clone();
        let name = name.to_owned();
        self.wait(async move {
            let options = ParquetReadOptions::default().schema(&schema);
            let table = context.read_parquet(urls, options).await?;
            context.register_table(name, table.into_view())?;
            Ok(())
        })?;
        Ok(())
    }

    /// Lets a Parquet file be a table with the schema it has.
    pub(crate) fn file(&self, name: &str, path: &Path) -> Result<()> {
        self.drop(name)?;
        let url = url(path)?;
        let context = self.context.clone();
        let name = name.to_owned();
        self.wait(async move {
            context.register_parquet(name, url, ParquetReadOptions::default()).await
        })?;
        Ok(())
    }

    /// A table in memory.
    pub(crate) fn memory(&self, name: &str, mut rows: Batcher) -> Result<()> {
        self.drop(name)?;
        let batch = rows.take()?;
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]])?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    pub(crate) fn drop(&self, name: &str) -> Result<()> {
        self.context.deregister_table(name)?;
        Ok(())
    }

    /// Answers one of our own questions.
    pub(crate) fn fetch(&self, sql: &str) -> Result<Fetched> {
        let (_, batches) = self.collect(sql, SQLOptions::new()).map_err(|it| asked(sql, &it))?;
        Fetched::new(&batches)
    }

    /// Answers a person's question: nothing but reading is done.
    pub(crate) fn ask(&self, sql: &str) -> Result<(SchemaRef, Vec<RecordBatch>)> {
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        self.collect(sql, options).map_err(|it| anyhow!("{}", it.strip_backtrace()))
    }

    fn collect(
        &self,
        sql: &str,
        options: SQLOptions,
    ) -> EngineResult<(SchemaRef, Vec<RecordBatch>)> {
        self.twice(|| {
            let (context, sql) = (self.context.clone(), sql.to_owned());
            self.wait(async move {
                let frame = context.sql_with_options(&sql, options).await?;
                let schema = Arc::new(frame.schema().as_arrow().clone());
                Ok((schema, frame.collect().await?))
            })
        })
    }

    /// Writes the answer to a Parquet file, in the order the question asks for.
    pub(crate) fn write(&self, sql: &str, path: &Path) -> Result<u64> {
        let options = || {
            SQLOptions::new()
                .with_allow_ddl(false)
                .with_allow_dml(false)
                .with_allow_statements(false)
        };
        self.twice(|| {
            let (context, sql, path) = (self.context.clone(), sql.to_owned(), path.to_owned());
            self.wait(async move {
                let frame = context.sql_with_options(&sql, options()).await?;
                let mut stream = frame.execute_stream().await?;
                let properties =
                    columns::properties().map_err(|it| DataFusionError::External(it.into()))?;
                let file = File::create(&path)?;
                let mut out = ArrowWriter::try_new(file, stream.schema(), Some(properties))?;
                // How an answer falls into batches depends on threads; how it is written must not.
                let mut even = BatchCoalescer::new(stream.schema(), 8192);
                let mut rows = 0;
                while let Some(batch) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                    let batch = batch?;
                    rows += batch.num_rows() as u64;
                    even.push_batch(batch)?;
                    while let Some(batch) = even.next_completed_batch() {
                        out.write(&batch)?;
                    }
                }
                even.finish_buffered_batch()?;
                while let Some(batch) = even.next_completed_batch() {
                    out.write(&batch)?;
                }
                out.close()?;
                Ok(rows)
            })
        })
        .map_err(|it| asked(sql, &it))
    }

    /// A join by hashing holds one side in memory; where that does not fit, sorting spills.
    fn twice<T>(&self, run: impl Fn() -> EngineResult<T>) -> EngineResult<T> {
        match run() {
            Err(error) if matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)) => {
                self.prefer_hash_join(false);
                let again = run();
                self.prefer_hash_join(true);
                again
            }
            other => other,
        }
    }

    fn prefer_hash_join(&self, yes: bool) {
        let state = self.context.state_ref();
        state.write().config_mut().options_mut().optimizer.prefer_hash_join = yes;
    }

    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = EngineResult<T>> + Send + 'static,
    ) -> EngineResult<T> {
        std::fs::create_dir_all(&self.spill)?;
        // On a thread of the runtime, for the sake of its deeper stack.
        match self.runtime.block_on(self.runtime.spawn(work)) {
            Ok(result) => result,
            Err(error) => Err(DataFusionError::External(Box::new(error))),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // What stays behind is removed when the case is opened next; the outer folder goes with
        // the last engine that uses it.
        let _ = std::fs::remove_dir_all(&self.spill);
        let _ = self.spill.parent().map(std::fs::remove_dir);
    }
}

fn asked(sql: &str, error: &DataFusionError) -> anyhow::Error {
    anyhow!("{}", error.strip_backtrace()).context(format!("the engine could not answer: {sql}"))
}

/// A file address in which nothing is taken for a pattern.
fn url(path: &Path) -> Result<String> {
    let path = std::path::absolute(path)?;
    let text = path
        .to_str()
        .with_context(|| format!("the folder's name is not Unicode: {}", path.display()))?;
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(out)
}
