//! A visitor's own pictures cross to the engine, whatever else goes on there; what makes no set is refused.

use latentscape::data::image_set::ImageSet;
use latentscape::data::own::Own;
use latentscape::protocol::*;
use latentscape::spec::PIXELS;

use super::fake::*;

#[test]
fn pictures_are_kept_and_what_makes_no_set_is_refused() {
    let names = vec!["cat".to_owned(), "dog".to_owned()];
    let set = |n: usize| ImageSet::new(vec![7; n * PIXELS], vec![1; n], names.clone()).unwrap();
    let own = Own::new(set(5), set(2)).unwrap();
    let bring = |buffers: Vec<Vec<u8>>| {
        (Command::Bring { format: latentscape::spec::Format::GREY_28, names: names.clone() }, buffers)
    };
    let whole: Vec<Vec<u8>> = own.buffers().iter().map(|part| part.to_vec()).collect();
    let mut script = Script::new();
    script.heard();
    let (command, buffers) = bring(whole.clone());
    script.say_with(command, buffers).turn();
    assert_eq!((script.fake.own.get(), script.session.phase()), (Some(own.spec()), Phase::Idle));
    assert!(script.heard().is_empty(), "it is no change of phase");
    // Cut short: nothing changes, and it is said.
    let (command, buffers) = bring(whole[..2].to_vec());
    script.say_with(command, buffers).turn();
    assert_eq!(script.heard(), ["warning NoData"]);
    assert_eq!(script.fake.own.get(), Some(own.spec()));
    // In mid-run the pictures of the run stay what they are.
    script.say(run(100)).turns(2).heard();
    let (command, buffers) = bring(whole);
    script.say_with(command, buffers).turn();
    assert!(script.heard().contains(&"warning NotNow".to_owned()));
}
