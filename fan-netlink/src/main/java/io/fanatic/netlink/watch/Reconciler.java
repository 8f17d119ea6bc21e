package io.fanatic.netlink.watch;

import io.fanatic.core.FanException;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is done about a fan. Safe is what {@code fanctl up} does for the underlay address that the fan has; another underlay
 * address means another slice, and containers with other addresses: that is only told. The caller holds the locks.
 */
final class Reconciler {
    private final Engine engine;
    private final Collection<WatchedFan> fans;
    private final Consumer<Notice> notices;

    Reconciler(Engine engine, Collection<WatchedFan> fans, Consumer<Notice> notices) {
        this.engine = engine;
        this.fans = fans;
        this.notices = notices;
    }

    /** What the underlay of a line means on this host now, or why it means nothing. */
    private record Meant(Optional<UnderlaySpec.Address> address, String trouble) {}

    /**
     * Looks at a fan, and repairs it.
     *
     * @return whether something was done
     */
    boolean look(WatchedFan watched) {
        Meant meant = meant(watched.entry().underlay());
        Optional<Fan> fan = fan(watched);
        findAddress(watched, meant, fan);
        if (watched.address().isEmpty()) {
            return !watched.down() && bringUp(watched, meant);
        }
        UnderlaySpec.Address own = watched.address().get();
        boolean here = meant(own).address().isPresent();
        boolean moved = meant.address().isPresent() && !meant.address().get().equals(own);
        if (watched.down()) {
            return false;
        }
        boolean done = here && repair(watched, own, fan);
        if (watched.down()) {
            return false;
        }
        if (moved) {
            renumbering(watched, own, meant.address().get());
        } else if (!here) {
            say(
                    watched,
                    Notice.Kind.TROUBLE,
                    "the underlay address " + own.address() + " is not on this host any more; the slice "
                            + slice(watched, own).cidr() + " is unreachable until it returns");
        } else if (meant.address().isEmpty()) {
            say(
                    watched,
                    Notice.Kind.TROUBLE,
                    meant.trouble() + "; the fan stays as it is, with the underlay address " + own.address());
        } else {
            watched.allIsWell();
        }
        return done;
    }

    private Meant meant(UnderlaySpec underlay) {
        try {
            return engine.resolve(underlay) instanceof UnderlaySpec.Address found
                    ? new Meant(Optional.of(found), "")
                    : new Meant(Optional.empty(), underlay + " is not a host's address");
        } catch (FanException none) {
            return new Meant(Optional.empty(), String.valueOf(none.getMessage()));
        }
    }

    private Optional<Fan> fan(WatchedFan watched) {
        for (Fan fan : engine.list()) {
            if (fan.overlay().equals(watched.entry().overlay())) {
                return Optional.of(fan);
            }
        }
        return Optional.empty();
    }

    /** With which address the fan is up: the one that is meant, or else one that no other line stands for. */
    private void findAddress(WatchedFan watched, Meant meant, Optional<Fan> fan) {
        if (fan.isEmpty()) {
            return;
        }
        List<UnderlaySpec.Address> addresses = new ArrayList<>();
        for (FanSlice slice : fan.get().slices()) {
            addresses.add(new UnderlaySpec.Address(
                    slice.underlayAddress(), slice.mapping().underlay()));
        }
        Optional<UnderlaySpec.Address> found = meant.address().filter(addresses::contains);
        if (found.isEmpty() && watched.address().isEmpty()) {
            for (WatchedFan other : fans) {
                other.address().ifPresent(addresses::remove);
            }
            found = addresses.stream().findFirst();
        }
        if (found.isPresent()) {
            if (watched.down() || watched.address().isEmpty()) {
                watching(watched, found.get());
            }
            watched.address(found.get());
            watched.down(false);
        }
    }

    private boolean bringUp(WatchedFan watched, Meant meant) {
        if (meant.address().isEmpty()) {
            say(watched, Notice.Kind.TROUBLE, meant.trouble());
            return false;
        }
        UnderlaySpec.Address own = meant.address().get();
        tell(watched, engine.up(watched.entryAt(own)));
        watched.address(own);
        watched.allIsWell();
        watching(watched, own);
        return true;
    }

    private boolean repair(WatchedFan watched, UnderlaySpec.Address own, Optional<Fan> fan) {
        List<WatchedFan> others = othersThatRemain(watched, fan);
        Optional<Plan> done =
                watched.lost() ? Optional.of(engine.up(watched.entryAt(own))) : engine.repair(watched.entryAt(own));
        watched.lost(false);
        if (done.isEmpty()) {
            watched.down(true);
            say(watched, Notice.Kind.DOWN, "it was taken down; it is left alone until it is up again");
            return false;
        }
        tell(watched, done.get());
        if (done.get().isEmpty()) {
            return false;
        }
        for (WatchedFan other : others) {
            other.lost(!remains(other));
        }
        if (watched.backoff().repaired(String.join("; ", done.get().lines()), System.nanoTime())) {
            notices.accept(new Notice(
                    Notice.Kind.FIGHT,
                    watched.subject(),
                    "somebody keeps undoing this; from now on the pause between repairs doubles, up to "
                            + Backoff.LONGEST.toMinutes() + " min"));
        }
        return true;
    }

    /**
     * Other slices of the same fan that nobody has taken down. Where its bridge has lost their addresses, the repair of one takes away
     * what else tells of them. Who takes one down leaves the addresses of the others, so when all are gone, all are to come back.
     */
    private List<WatchedFan> othersThatRemain(WatchedFan watched, Optional<Fan> fan) {
        boolean allAreGone = fan.isEmpty() || fan.get().slices().isEmpty();
        List<WatchedFan> remain = new ArrayList<>();
        for (WatchedFan other : fans) {
            if (other != watched
                    && !other.down()
                    && other.entry().overlay().equals(watched.entry().overlay())
                    && other.address().isPresent()
                    && (allAreGone || remains(other))) {
                remain.add(other);
            }
        }
        return remain;
    }

    private boolean remains(WatchedFan watched) {
        return watched.address()
                .filter(address -> engine.remains(watched.entryAt(address)))
                .isPresent();
    }

    private void tell(WatchedFan watched, Plan done) {
        for (String line : done.lines()) {
            notices.accept(new Notice(Notice.Kind.REPAIRED, watched.subject(), line));
        }
    }

    private void watching(WatchedFan watched, UnderlaySpec.Address own) {
        notices.accept(new Notice(
                Notice.Kind.WATCHING,
                watched.subject(),
                "the slice " + slice(watched, own).cidr() + " of " + own.address()));
    }

    private void renumbering(WatchedFan watched, UnderlaySpec.Address own, UnderlaySpec.Address now) {
        String overlay = " -o " + watched.subject();
        say(
                watched,
                Notice.Kind.RENUMBERING,
                "the underlay address is " + now.address() + ", no longer " + own.address() + ": the slice would be "
                        + slice(watched, now).cidr() + " in place of "
                        + slice(watched, own).cidr()
                        + "; nothing is renumbered until somebody says: fanctl down -u " + own + overlay
                        + " && fanctl up -u " + watched.entry().underlay() + overlay);
    }

    private static FanSlice slice(WatchedFan watched, UnderlaySpec.Address address) {
        return FanMapping.of(watched.entry().overlay(), address.network()).slice(address.address());
    }

    void say(WatchedFan watched, Notice.Kind kind, String text) {
        Notice notice = new Notice(kind, watched.subject(), text);
        if (watched.isNews(notice)) {
            notices.accept(notice);
        }
    }
}
