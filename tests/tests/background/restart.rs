//! `background_with_restart`: pauses that double, their reset, the limit, and panics wherever they come from.

use std::future::{Future, pending, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{ReportKind, Restart, background_with_restart, drain_background, millis, secs, with};
use weftwork_tests::{Log, Reports, spin};

use super::kit::{alive, slow};

/// When each run began, since the first look at the clock.
#[derive(Clone)]
struct Runs {
    start: Instant,
    began: Arc<Mutex<Vec<Duration>>>,
}

impl Runs {
    fn new() -> Self {
        Self { start: Instant::now(), began: Arc::default() }
    }

    /// Notes one, and gives its number, from one.
    fn begin(&self) -> usize {
        let mut began = self.began.lock().unwrap();
        began.push(self.start.elapsed());
        began.len()
    }

    fn began(&self) -> Vec<Duration> {
        self.began.lock().unwrap().clone()
    }
}

async fn all_ended() {
    assert!(drain_background(Duration::MAX).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn c124_pauses_double_up_to_the_longest() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 doubles"));
    let noted = runs.clone();
    let line = line!() + 2;
    let restart = Restart::new().backoff(secs(1), secs(5)).limit(5);
    background_with_restart("c124 doubles", restart, move || {
        let run = noted.begin();
        async move { Err::<(), _>(format!("run {run}")) }
    });
    all_ended().await;
    // Pauses of 1, 2, 4, 5 and 5 seconds.
    assert_eq!(runs.began(), [0, 1, 3, 7, 12, 17].map(secs));
    let all = reports.all();
    let messages: Vec<&str> = all.iter().map(weftwork::Report::message).collect();
    let runs = ["failed: run 1", "failed: run 2", "failed: run 3", "failed: run 4", "failed: run 5", "failed: run 6"];
    assert_eq!(messages, runs, "each is reported, the last one as well");
    for report in &all {
        assert_eq!((report.kind(), report.task()), (ReportKind::TaskFailed, all[0].task()));
        assert_eq!(report.site().unwrap().line(), line);
    }
}

#[tokio::test(start_paused = true)]
async fn c124_by_default_from_100_milliseconds_to_30_seconds() {
    let runs = Runs::new();
    let noted = runs.clone();
    Reports::start();
    background_with_restart("c124 default", Restart::default(), move || {
        let run = noted.begin();
        async move { if run < 12 { Err("again") } else { Ok(()) } }
    });
    all_ended().await;
    let began = runs.began();
    let pauses: Vec<u128> = began.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    assert_eq!(Reports::take("c124 default").len(), 11);
}

#[tokio::test(start_paused = true)]
async fn c124_a_run_that_ends_well_is_the_end() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 ends well"));
    let noted = runs.clone();
    background_with_restart("c124 ends well", Restart::new().backoff(secs(1), secs(9)), move || {
        ready(if noted.begin() == 1 { Err("once") } else { Ok("well") })
    });
    all_ended().await;
    assert_eq!(runs.began(), [0, 1].map(secs));
    assert_eq!(reports.one().message(), "failed: once");
    assert_eq!(alive("c124 ends well"), 0);
}

/// One that has lasted as long as the longest pause goes on doubling; one that lasted longer begins with the first pause.
#[tokio::test(start_paused = true)]
async fn c124_behind_a_long_run_the_pauses_begin_anew() {
    let runs = Runs::new();
    let noted = runs.clone();
    Reports::start();
    let restart = Restart::new().backoff(secs(1), secs(10)).limit(4);
    background_with_restart("c124 anew", restart, move || {
        let lasts = match noted.begin() {
            3 => secs(10),
            5 => secs(10) + millis(1),
            _ => secs(0),
        };
        async move {
            sleep(lasts).await;
            Err::<(), _>("again")
        }
    });
    all_ended().await;
    let began = runs.began();
    let gaps: Vec<u128> = began.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    // Run 3 lasts 10 seconds and 4 of pause; run 5 lasts longer, and its pause is the first one again, as is its count.
    assert_eq!(gaps, [1000, 2000, 10_000 + 4000, 8000, 10_001 + 1000, 2000, 4000, 8000]);
    assert_eq!(Reports::take("c124 anew").len(), 9, "four restarts in a row behind the long one");
}

#[tokio::test(start_paused = true)]
async fn c124_a_limit_of_zero_never_begins_again() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 limit zero"));
    let noted = runs.clone();
    background_with_restart("c124 limit zero", Restart::new().limit(0), move || {
        noted.begin();
        ready(Err::<(), _>("once"))
    });
    all_ended().await;
    assert_eq!(runs.began(), [secs(0)]);
    assert_eq!(reports.one().message(), "failed: once");
}

#[tokio::test(start_paused = true)]
async fn c124_a_first_pause_of_zero_begins_again_at_once() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 zero"));
    let noted = runs.clone();
    background_with_restart("c124 zero", Restart::new().backoff(secs(0), secs(5)).limit(40), move || {
        noted.begin();
        ready(Err::<(), _>("again"))
    });
    all_ended().await;
    assert_eq!(runs.began(), [secs(0); 41]);
    assert_eq!(reports.all().len(), 41);
}

/// It does not keep the others from running.
#[tokio::test(start_paused = true)]
async fn c124_without_a_pause_others_have_their_turn() {
    let runs = Runs::new();
    let noted = runs.clone();
    Reports::start();
    background_with_restart("c124 turns", Restart::new().backoff(secs(0), secs(0)), move || {
        noted.begin();
        ready(Err::<(), _>("again"))
    });
    spin().await;
    assert!(!runs.began().is_empty());
    assert!(drain_background(Duration::ZERO).await.is_empty());
    assert_eq!(Reports::take("c124 turns").len(), runs.began().len());
}

#[tokio::test(start_paused = true)]
async fn c124_a_panic_begins_again_as_an_error_does() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 panics"));
    let noted = runs.clone();
    background_with_restart("c124 panics", Restart::new().backoff(secs(1), secs(9)), move || {
        let run = noted.begin();
        async move {
            sleep(secs(2)).await;
            assert!(run > 2, "in run {run}");
        }
    });
    all_ended().await;
    assert_eq!(runs.began(), [0, 3, 7].map(secs));
    let all = reports.all();
    let [one, two] = &all[..] else { panic!("two reports, and not {all:?}") };
    assert_eq!((one.kind(), one.message()), (ReportKind::TaskPanicked, "panicked: in run 1"));
    assert_eq!((two.kind(), two.message()), (ReportKind::TaskPanicked, "panicked: in run 2"));
}

#[tokio::test(start_paused = true)]
async fn c124_so_does_a_panic_in_what_makes_the_work() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 factory"));
    let noted = runs.clone();
    background_with_restart("c124 factory", Restart::new().backoff(secs(1), secs(9)), move || {
        let run = noted.begin();
        assert!(run != 1, "while it is made");
        ready(())
    });
    all_ended().await;
    assert_eq!(runs.began(), [0, 1].map(secs));
    let report = reports.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: while it is made"));
}

/// What is made is gone before the pause.
#[tokio::test(start_paused = true)]
async fn c124_nothing_of_a_run_is_kept_while_it_pauses() {
    let log = Log::new();
    Reports::start();
    let inner = log.clone();
    background_with_restart("c124 kept", Restart::new().backoff(secs(1), secs(9)).limit(1), move || {
        let (log, dropped) = (inner.clone(), inner.on_drop("dropped"));
        log.note("made");
        async move {
            let _dropped = dropped;
            Err::<(), _>("again")
        }
    });
    sleep(millis(500)).await;
    assert_eq!(log.text(), "made dropped");
    all_ended().await;
    assert_eq!(log.text(), "made dropped made dropped");
    assert_eq!(Reports::take("c124 kept").len(), 2);
}

/// A future whose destructor panics behind its output.
struct Breaks;

impl Future for Breaks {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Ready(())
    }
}

impl Drop for Breaks {
    fn drop(&mut self) {
        panic!("in a destructor, on purpose");
    }
}

#[tokio::test(start_paused = true)]
async fn c124_a_panic_in_a_destructor_begins_again_too() {
    let (runs, reports) = (Runs::new(), Reports::of("c124 destructor"));
    let noted = runs.clone();
    background_with_restart("c124 destructor", Restart::new().backoff(secs(1), secs(9)).limit(1), move || {
        noted.begin();
        Breaks
    });
    all_ended().await;
    assert_eq!(reports.all().len(), runs.began().len(), "each is reported: {:?}", reports.all());
    assert_eq!(runs.began(), [0, 1].map(secs), "a panic is a panic");
}

#[tokio::test(start_paused = true)]
async fn c125_it_is_one_task_through_all_of_its_runs() {
    let runs = Runs::new();
    let noted = runs.clone();
    Reports::start();
    background_with_restart("c125 one task", Restart::new().backoff(secs(10), secs(10)), move || {
        noted.begin();
        ready(Err::<(), _>("again"))
    });
    let mut ids = Vec::new();
    for _ in 0..3 {
        sleep(secs(10)).await;
        let found = super::kit::listed("c125 one task");
        ids.extend(found.iter().map(weftwork::TaskInfo::id));
    }
    assert_eq!(ids.len(), 3, "it lives while it pauses");
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert!(drain_background(Duration::ZERO).await.is_empty());
    assert_eq!(alive("c125 one task"), 0);
    assert!(Reports::take("c125 one task").iter().all(|report| report.task() == Some(ids[0])));
}

#[tokio::test(start_paused = true)]
async fn c126_drained_in_a_pause_and_in_a_run() {
    let (log, runs) = (Log::new(), Runs::new());
    Reports::start();
    let noted = runs.clone();
    background_with_restart("c126 pause", Restart::new().backoff(secs(100), secs(100)), move || {
        noted.begin();
        ready(Err::<(), _>("again"))
    });
    let inner = log.clone();
    background_with_restart("c126 run", Restart::new(), move || {
        let log = inner.clone();
        async move { with!(_ = slow(&log, "run", secs(2)), { pending::<()>().await }).await }
    });
    let start = Instant::now();
    assert!(drain_background(secs(1)).await.is_empty());
    assert_eq!((start.elapsed(), log.text().as_str()), (secs(3), "run( run)"));
    sleep(secs(200)).await;
    assert_eq!(runs.began(), [secs(0)], "it does not begin again");
    assert_eq!(Reports::take("c126 pause").len(), 1);
    assert!(Reports::take("c126 run").is_empty());
}

#[test]
fn c124_without_time_a_pause_is_a_panic_that_is_reported() {
    let reports = Reports::of("c124 no time");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        background_with_restart("c124 no time", Restart::new(), async || Err::<(), _>("again"));
        spin().await;
    });
    let all = reports.all();
    let [failed, panicked] = &all[..] else { panic!("two reports, and not {all:?}") };
    assert_eq!((failed.kind(), failed.message()), (ReportKind::TaskFailed, "failed: again"));
    assert_eq!(panicked.kind(), ReportKind::TaskPanicked);
    assert_eq!(alive("c124 no time"), 0);
}
