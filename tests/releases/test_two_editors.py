"""Two people edit at once: it is noticed, said who changed what, and nothing is lost without a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.releases import (
    DraftError,
    DraftTakenError,
    ReleaseRefusedError,
    Wish,
    discard_draft,
    find_draft,
    list_drafts,
    save_draft,
)
from ivr.releases.merging import put_together, stand
from tests.releases.conftest import MORNING, Shelf


async def ann_has_published(shelf: Shelf) -> object:
    """Ann took a copy, moved the office and published it; Bob took his before that."""
    ann, bob = shelf.copy("ann"), shelf.copy("bob")
    for home in (ann, bob):
        await shelf.publish(home)
    shelf.move_office("00 99", ann)
    await shelf.publish(ann, author="ann", message="The office moves")
    return bob


async def test_who_began_with_an_older_release_is_told_who_changed_what(shelf: Shelf) -> None:
    bob = await ann_has_published(shelf)
    live = shelf.live
    shelf.rename_brand("Escaux NV", bob)
    with pytest.raises(ReleaseRefusedError) as refusal:
        await shelf.publish(bob, author="bob")
    said = "\n".join(refusal.value.sentences)
    assert "it would undo what others changed in directory.yaml" in said
    assert 'by ann, 2026-11-23 08:00 UTC: "The office moves"' in said
    assert 'directory entry "fuzer-office", phones: now 0470 00 00 99' in said
    assert "--rebase keeps their files beside yours" in said
    assert shelf.live == live


async def test_with_rebase_both_changes_are_live(shelf: Shelf) -> None:
    bob = await ann_has_published(shelf)
    shelf.rename_brand("Escaux NV", bob)
    done = await shelf.publish(bob, author="bob", rebase=True)
    active = shelf.releases.active
    assert active.brands["escaux"].title == "Escaux NV"
    assert active.directory["fuzer-office"].phones[0].number == "+32470000099"
    assert done.notes == ("put together with what others changed in directory.yaml",)
    with pytest.raises(ReleaseRefusedError):
        await shelf.publish(bob, author="bob")


async def test_the_same_file_is_never_put_together_by_guess(shelf: Shelf) -> None:
    bob = await ann_has_published(shelf)
    shelf.move_office("00 77", bob)
    with pytest.raises(ReleaseRefusedError, match=r"directory\.yaml: changed by both.*export live"):
        await shelf.publish(bob, author="bob", rebase=True)
    done = await shelf.publish(bob, author="bob", force=True)
    assert done.notes == ("undone, as you said: what others changed in directory.yaml",)
    assert shelf.releases.active.directory["fuzer-office"].phones[0].number == "+32470000077"


async def test_a_copy_nobody_has_seen_is_known_by_its_files(shelf: Shelf) -> None:
    """A folder that was never published from, on a machine of its own."""
    stale = shelf.copy("laptop")
    shelf.move_office("00 99")
    await shelf.publish(author="ann")
    shelf.rename_brand("Escaux NV", stale)
    with pytest.raises(ReleaseRefusedError, match=r"undo what others changed in directory\.yaml"):
        await shelf.publish(stale, author="bob")


async def test_a_reload_does_not_undo_what_was_published_elsewhere(shelf: Shelf) -> None:
    ann = shelf.copy("ann")
    shelf.move_office("00 99", ann)
    await shelf.publish(ann, author="ann")
    live = shelf.live
    shelf.rename_brand("Escaux NV")
    with pytest.raises(ReleaseRefusedError, match="ann"):
        await shelf.releases.reload("bob")
    assert shelf.live == live
    await shelf.releases.reload("bob", force=True)
    assert shelf.live != live


async def test_after_going_back_a_mended_folder_is_taken_without_a_quarrel(shelf: Shelf) -> None:
    from datetime import timedelta

    shelf.clock._now += timedelta(minutes=1)
    shelf.move_office("00 98")
    await shelf.releases.reload("ann")
    shelf.clock._now += timedelta(minutes=1)
    await shelf.releases.rollback("ann")
    shelf.move_office("00 99")
    done = await shelf.releases.reload("ann")
    assert shelf.releases.active.directory["fuzer-office"].phones[0].number == "+32470000099"
    assert "which was gone back to" in done.notes[0]


async def test_who_has_taken_the_others_change_over_is_not_bothered(shelf: Shelf) -> None:
    bob = await ann_has_published(shelf)
    shelf.move_office("00 99", bob)
    shelf.rename_brand("Escaux NV", bob)
    await shelf.publish(bob, author="bob")
    assert shelf.releases.active.brands["escaux"].title == "Escaux NV"


# -- drafts


async def test_a_draft_is_apart_from_what_is_live_until_it_is_published(shelf: Shelf) -> None:
    live, other = shelf.live, shelf.copy("summer")
    shelf.move_office("00 99", other)
    draft = await saved(shelf, "summer", other, "ann")
    assert (draft.revision, draft.base, shelf.live) == (1, live, live)
    wish = Wish(draft.files, "ann", "Summer", draft="summer", base=draft.base)
    await shelf.releases.publish(wish)
    assert shelf.live != live
    assert await shelf.database.read(list_drafts) == []


async def saved(shelf: Shelf, name: str, folder: object, author: str, revision: int | None = None):
    from dialplan.source import read_texts

    files = read_texts(folder)  # type: ignore[arg-type]
    await shelf.database.run(lambda s: save_draft(s, name, files, author, MORNING, revision) and None)
    return await shelf.database.read(lambda s: find_draft(s, name))


async def test_a_draft_of_somebody_else_is_not_replaced_without_a_word(shelf: Shelf) -> None:
    one, two = shelf.copy("one"), shelf.copy("two")
    shelf.move_office("00 98", one)
    shelf.move_office("00 99", two)
    await saved(shelf, "summer", one, "ann")
    with pytest.raises(DraftTakenError, match=r"was saved by ann .*revision 1.*--revision 1"):
        await saved(shelf, "summer", two, "bob")
    assert (await saved(shelf, "summer", two, "bob", revision=1)).revision == 2
    with pytest.raises(DraftTakenError, match="bob"):
        await saved(shelf, "summer", one, "ann")


async def test_two_of_one_name_who_work_on_the_same_revision(shelf: Shelf) -> None:
    """Two sessions of one log-in: the number tells them apart, not the name."""
    one, two = shelf.copy("one"), shelf.copy("two")
    await saved(shelf, "summer", one, "desk")
    shelf.move_office("00 98", one)
    shelf.move_office("00 99", two)
    await saved(shelf, "summer", one, "desk", revision=1)
    with pytest.raises(DraftTakenError):
        await saved(shelf, "summer", two, "desk", revision=1)


async def test_a_draft_that_is_gone_is_said(shelf: Shelf) -> None:
    await saved(shelf, "summer", shelf.folder, "ann")
    await shelf.database.run(lambda s: discard_draft(s, "summer"))
    with pytest.raises(DraftError, match="there is no draft"):
        await shelf.database.read(lambda s: find_draft(s, "summer"))
    with pytest.raises(DraftError, match="published or discarded"):
        await saved(shelf, "summer", shelf.folder, "ann", revision=1)
    with pytest.raises(DraftError, match="no name for a draft"):
        await saved(shelf, "../etc", shelf.folder, "ann")


async def test_a_draft_whose_base_is_no_longer_live_is_told_so(shelf: Shelf) -> None:
    other = shelf.copy("summer")
    shelf.rename_brand("Escaux NV", other)
    draft = await saved(shelf, "summer", other, "bob")
    shelf.move_office("00 99")
    await shelf.publish(author="ann")
    wish = Wish(draft.files, "bob", draft="summer", base=draft.base)
    with pytest.raises(ReleaseRefusedError, match="ann"):
        await shelf.releases.publish(wish)
    await shelf.releases.publish(Wish(draft.files, "bob", draft="summer", base=draft.base, rebase=True))
    assert shelf.releases.active.directory["fuzer-office"].phones[0].number == "+32470000099"


# -- three sets of files

FILES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"), max_size=4)


@given(FILES, FILES, FILES)
def test_putting_together_keeps_every_change_of_both(
    base: dict[str, str], live: dict[str, str], here: dict[str, str]
) -> None:
    standing = stand(base, live, here)
    if standing.both:
        return
    together = put_together(live, here, standing)
    for name in {*base, *live, *here}:
        if here.get(name) != base.get(name):
            assert together.get(name) == here.get(name)
        else:
            assert together.get(name) == live.get(name)
