fn all(node: &Node) -> impl Stream<Item = u32> {
    generator!(async move {
        yield node.value;
        for child in &node.children {
            yield ..Box::pin(all(child));
        }
        async { yield ..[1, 2] }.await;
    })
}

fn own_level(text: &str) -> impl Iterator<Item = char> {
    generator!(move || {
        yield '>';
        yield ..text.chars();
    })
}
