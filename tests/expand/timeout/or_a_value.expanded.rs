///
/// Policies, outermost first:
/// - `timeout(self.patience, or = self.stale(id))`
async fn load(&self, id: u64, parts: Vec<Part>) -> u32 {
    let call = ::weftwork::__private::call("load");
    match call
        .around(
            ::weftwork::__private::in_time(
                "load",
                self.patience,
                async {
                    if false {
                        ::weftwork::__private::moved((parts,));
                        return { ::weftwork::__private::returned::<u32>() };
                    }
                    self.ask(id, parts).await
                },
            ),
        )
        .await
    {
        ::weftwork::__private::Ok(output) => output,
        ::weftwork::__private::Err(_) => self.stale(id),
    }
}
