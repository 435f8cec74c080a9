//! How far a long run is: stage, rate and time left, on a terminal only.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Told by the pipeline what it is doing.
pub trait Progress: Sync {
    /// A stage begins; `total` is in the stage's own unit, 0 if unknown.
    fn stage(&self, name: &str, total: u64);
    /// So many more units are done.
    fn bytes(&self, n: u64);
    /// So many more rows were read.
    fn rows(&self, n: u64);
    /// Everything is done.
    fn done(&self);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &str, _total: u64) {}
    fn bytes(&self, _n: u64) {}
    fn rows(&self, _n: u64) {}
    fn done(&self) {}
}

/// What a thread that panicked left is good enough to show progress with.
fn held<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bar on standard error.
#[derive(Default)]
pub struct Bar {
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress for Bar {
    fn stage(&self, name: &str, total: u64) {
        self.done();
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let template = match (name, total) {
            ("read", 1..) => {
                "{msg:<10} {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left"
            }
            (_, 1..) => "{msg:<10} {bar:30} {pos}/{len}  {eta} left",
            _ => "{msg:<10} {spinner} {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        *held(&self.bar) = Some(bar);
    }

    fn bytes(&self, n: u64) {
        if let Some(bar) = held(&self.bar).as_ref() {
            bar.inc(n);
        }
    }

    fn rows(&self, _n: u64) {}

    fn done(&self) {
        if let Some(bar) = held(&self.bar).take() {
            bar.finish_and_clear();
        }
    }
}

/// A line a stage with the time it took (`-v`).
#[derive(Default)]
pub struct Times {
    running: Mutex<Option<(String, Instant)>>,
}

impl Progress for Times {
    fn stage(&self, name: &str, _total: u64) {
        self.done();
        *held(&self.running) = Some((name.to_owned(), Instant::now()));
    }

    fn bytes(&self, _n: u64) {}

    fn rows(&self, _n: u64) {}

    fn done(&self) {
        if let Some((name, since)) = held(&self.running).take() {
            output::note(&format!("konseki: {name}: {:.2} s", since.elapsed().as_secs_f64()));
        }
    }
}
