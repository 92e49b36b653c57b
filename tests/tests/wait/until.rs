//! What is waited for, and what is in which collection then.

use std::future::{Future, pending, ready};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::oneshot;
use tokio::time::Instant;
use weftwork::{Task, Until, Wait, millis, spawn, wait};
use weftwork_tests::{after, finished, on_both_runtimes, poll_once, spin};

/// The outputs, in the order of the tasks.
#[track_caller]
fn outputs<T>(tasks: Vec<Task<T>>) -> Vec<T> {
    tasks.into_iter().map(|mut task| task.try_result().expect("it has ended").unwrap()).collect()
}

fn numbers<T>(tasks: impl IntoIterator<Item = impl std::ops::Deref<Target = Task<T>>>) -> Vec<String> {
    tasks.into_iter().map(|task| task.name().unwrap().to_owned()).collect()
}

/// Tasks named by how many milliseconds they take.
fn each(times: &[u64]) -> Vec<Task<u64>> {
    times.iter().map(|ms| spawn(after(*ms, *ms)).named(ms.to_string())).collect()
}

#[tokio::test(start_paused = true)]
async fn c113_the_first_that_has_ended() {
    let start = Instant::now();
    let Wait { done, pending } = wait(each(&[30, 10, 20]), Until::FirstCompleted).await;
    assert_eq!(start.elapsed(), millis(10));
    assert_eq!(outputs(done), [10]);
    assert_eq!(numbers(&pending), ["30", "20"]);
    assert!(pending.iter().all(|task| !task.is_finished()));
}

/// All that have ended by then, and not only the first.
#[tokio::test(start_paused = true)]
async fn c113_all_that_have_ended_by_then() {
    let tasks: Vec<Task<u8>> = vec![spawn(ready(1)), spawn(pending()), spawn(ready(2)), spawn(ready(3))];
    let Wait { done, pending } = wait(tasks, Until::FirstCompleted).await;
    assert_eq!((outputs(done), pending.len()), (vec![1, 2, 3], 1));
}

/// Those that end between the wake and the poll are in `done` as well.
#[tokio::test]
async fn c113_by_the_time_it_returns() {
    let (go, gates): (Vec<_>, Vec<_>) = (0..3).map(|_| oneshot::channel::<u8>()).unzip();
    let mut waiting = pin!(wait(gates.into_iter().map(spawn), Until::FirstCompleted));
    assert!(poll_once(waiting.as_mut()).is_pending());
    let mut go = go.into_iter();
    let (first, second) = (go.next().unwrap(), go.next().unwrap());
    first.send(1).unwrap();
    second.send(2).unwrap();
    spin().await;
    let Wait { done, pending } = finished(waiting);
    assert_eq!((outputs(done), pending.len()), (vec![Ok(1), Ok(2)], 1));
}

/// A task that has ended with its runtime.
fn cut<F: Future<Output: Send + 'static> + Send + 'static>(work: F) -> Task<F::Output> {
    let on_a_thread = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { spawn(work) })
    };
    std::thread::spawn(on_a_thread).join().unwrap()
}

#[tokio::test]
async fn c113_one_that_was_cancelled_has_ended() {
    let tasks = [cut(pending::<()>()), spawn(pending())];
    let Wait { mut done, pending: left } = wait(tasks, Until::FirstCompleted).await;
    assert_eq!((done.len(), left.len()), (1, 1));
    assert!(done[0].try_result().unwrap().unwrap_err().is_cancelled());
}

async fn fails(ms: u64) -> Result<u64, String> {
    after(ms, ()).await;
    if ms.is_multiple_of(2) { Ok(ms) } else { Err(format!("{ms} is odd")) }
}

#[tokio::test(start_paused = true)]
async fn c114_the_first_that_has_failed() {
    let start = Instant::now();
    let tasks = [40, 10, 21, 31].map(|ms| spawn(fails(ms)));
    let Wait { done, pending } = wait(tasks, Until::FirstError).await;
    assert_eq!(start.elapsed(), millis(21));
    assert_eq!(outputs(done), [Ok(10), Err(String::from("21 is odd"))]);
    assert_eq!(pending.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn c114_one_that_had_failed_before() {
    let tasks = [spawn(fails(10)), spawn(fails(1))];
    after(5, ()).await;
    let start = Instant::now();
    let Wait { done, pending } = finished(pin!(wait(tasks, Until::FirstError)));
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(0), 1, 1));
}

#[tokio::test(start_paused = true)]
async fn c114_a_panic_is_a_failure() {
    async fn panics(ms: u64) {
        after(ms, ()).await;
        panic!("on purpose");
    }
    let start = Instant::now();
    let Wait { mut done, pending } = wait([spawn(after(90, ())), spawn(panics(10))], Until::FirstError).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(10), 1, 1));
    assert!(done[0].try_result().unwrap().unwrap_err().is_panic());
}

#[tokio::test(start_paused = true)]
async fn c114_without_a_failure_it_is_like_all() {
    let start = Instant::now();
    let Wait { done, pending } = wait([2, 20, 10].map(|ms| spawn(fails(ms))), Until::FirstError).await;
    assert_eq!(start.elapsed(), millis(20));
    assert_eq!((outputs(done), pending.len()), (vec![Ok(2), Ok(20), Ok(10)], 0));
}

/// One that was cancelled is no failure: it is waited on.
#[tokio::test(start_paused = true)]
async fn c114_one_that_was_cancelled_has_not_failed() {
    let start = Instant::now();
    let Wait { done, pending } =
        wait([cut(fails(1)), spawn(fails(10)), spawn(fails(31)), spawn(fails(40))], Until::FirstError).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(31), 3, 1));
}

/// What a type of the user's own says counts.
#[tokio::test(start_paused = true)]
async fn c114_a_type_of_ones_own() {
    struct Health(bool);
    impl weftwork::Outcome for Health {
        fn failure(&self) -> Option<String> {
            (!self.0).then(|| String::from("down"))
        }

        fn judge(self) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
            Ok(self)
        }
    }
    let tasks = [spawn(after(10, Health(true))), spawn(after(20, Health(false))), spawn(after(30, Health(true)))];
    let Wait { done, pending } = wait(tasks, Until::FirstError).await;
    assert_eq!((done.len(), pending.len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn c115_all_never_fails_itself() {
    let start = Instant::now();
    let Wait { done, pending } = wait([1, 20, 3].map(|ms| spawn(fails(ms))), Until::All).await;
    assert_eq!(start.elapsed(), millis(20));
    let failed: Vec<bool> = outputs(done).iter().map(Result::is_err).collect();
    assert_eq!((failed, pending.is_empty()), (vec![true, false, true], true));
}

#[test]
fn c118_both_keep_the_order_of_the_input() {
    on_both_runtimes(|| async {
        let (go, gates): (Vec<_>, Vec<_>) = (0..8).map(|_| oneshot::channel::<usize>()).unzip();
        let tasks: Vec<_> = gates.into_iter().enumerate().map(|(n, gate)| spawn(gate).named(n.to_string())).collect();
        let mut kept = Vec::new();
        // They end from the last one to the first.
        for (number, go) in go.into_iter().enumerate().rev() {
            if number % 2 == 0 {
                go.send(number).unwrap();
            } else {
                kept.push(go);
            }
        }
        while tasks.iter().filter(|task| task.is_finished()).count() < 4 {
            tokio::task::yield_now().await;
        }
        let Wait { done, pending } = wait(tasks, Until::FirstCompleted).await;
        assert_eq!(numbers(&done), ["0", "2", "4", "6"]);
        assert_eq!(numbers(&pending), ["1", "3", "5", "7"]);
        assert_eq!(outputs(done), [Ok(0), Ok(2), Ok(4), Ok(6)]);
    });
}

#[tokio::test]
async fn c118_those_that_are_done_are_read_without_waiting() {
    let Wait { done, .. } = wait([spawn(ready(7)), spawn(ready(8))], Until::All).await;
    for (task, output) in done.into_iter().zip(7..) {
        assert!(task.is_finished());
        let Poll::Ready(result) = poll_once(pin!(task)) else { panic!("it is ready at the first poll") };
        assert_eq!(result.unwrap(), output);
    }
}

/// Also with no turn left for the caller, as it is inside of a task that has done much.
#[tokio::test]
async fn c118_after_many_others() {
    let tasks: Vec<_> = (0..1000).map(|number| spawn(ready(number))).collect();
    let Wait { done, pending } = wait(tasks, Until::All).await;
    assert!(pending.is_empty());
    assert_eq!(outputs(done), (0..1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn c119_nothing_to_wait_for() {
    for until in [Until::FirstCompleted, Until::FirstError, Until::All] {
        let Wait { done, pending } = finished(pin!(wait(Vec::<Task<()>>::new(), until)));
        assert_eq!((done.len(), pending.len(), pending.is_empty()), (0, 0, true));
        let Wait { done, pending } = finished(pin!(wait(None::<Task<()>>, until).timeout(millis(5))));
        assert!(done.is_empty() && pending.is_empty());
    }
}

/// Nor is a runtime needed for that.
#[test]
fn c119_outside_of_a_runtime() {
    let waiting = wait(Vec::<Task<u8>>::new(), Until::All);
    assert!(finished(pin!(waiting)).done.is_empty());
}

/// A task whose output was taken before has ended, and has nothing more to say.
#[tokio::test(start_paused = true)]
async fn c113_one_that_was_looked_at_before() {
    let mut taken = spawn(fails(1));
    assert!((&mut taken).await.unwrap().is_err());
    let start = Instant::now();
    let Wait { mut done, pending } = wait([taken, spawn(fails(10)), spawn(fails(21))], Until::FirstError).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(21), 3, 0));
    assert!(done[0].try_result().is_none(), "it was given before");
}

#[tokio::test]
async fn c113_a_task_whose_waker_is_that_of_somebody_else() {
    let (go, gone) = oneshot::channel::<u8>();
    let mut task = spawn(gone);
    // Somebody has polled it before, whom this does not wake any more.
    assert!(poll_once(pin!(&mut task)).is_pending());
    let waiting = tokio::spawn(async { wait([task], Until::All).await.done.len() });
    spin().await;
    go.send(7).unwrap();
    assert_eq!(waiting.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn c113_as_a_part_of_others() {
    async fn first_of(tasks: Vec<Task<u64>>) -> u64 {
        outputs(wait(tasks, Until::FirstCompleted).await.done)[0]
    }
    let both = weftwork::gather!(first_of(each(&[30, 20])), first_of(each(&[10, 40]))).await;
    assert_eq!(both, (20, 10));
    let won = weftwork::race!(first_of(each(&[30, 20])), first_of(each(&[10, 40]))).await;
    assert_eq!(won, 10);
}

#[test]
fn c113_tasks_of_several_runtimes() {
    let runtimes: Vec<_> =
        (0..3).map(|_| tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap()).collect();
    let (go, gates): (Vec<_>, Vec<_>) = (0..3).map(|_| oneshot::channel::<u8>()).unzip();
    let tasks: Vec<_> = runtimes.iter().zip(gates).map(|(runtime, gate)| runtime.block_on(async { spawn(gate) })).collect();
    let here = tokio::runtime::Builder::new_current_thread().build().unwrap();
    here.block_on(async {
        let mut go = go.into_iter().rev();
        go.next().unwrap().send(7).unwrap();
        let Wait { done, pending } = wait(tasks, Until::FirstCompleted).await;
        assert_eq!((outputs(done), pending.len()), (vec![Ok(7)], 2));
        go.for_each(|go| go.send(8).unwrap());
        let Wait { done, pending } = wait(pending, Until::All).await;
        assert_eq!((outputs(done), pending.len()), (vec![Ok(8), Ok(8)], 0));
    });
}

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn c113_on_every_worker() {
    on_both_runtimes(|| async {
        for _ in 0..50 {
            let tasks = (0..20).map(|number| {
                spawn(async move {
                    tokio::task::yield_now().await;
                    number
                })
            });
            let Wait { done, pending } = is_send(wait(tasks, Until::All)).await;
            assert_eq!((outputs(done), pending.len()), ((0..20).collect::<Vec<_>>(), 0));
        }
    });
}
