package io.fanatic.netlink.watch;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanException;
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
final class Upkeep {
    private final Engine engine;
    private final Collection<Charge> charges;
    private final Consumer<Notice> notices;

    Upkeep(Engine engine, Collection<Charge> charges, Consumer<Notice> notices) {
        this.engine = engine;
        this.charges = charges;
        this.notices = notices;
    }

    /** What the underlay of a line means on this host now, or why it means nothing. */
    private record Meant(Optional<UnderlaySpec.Address> address, String trouble) {}

    /**
     * Looks at a fan, and repairs it.
     *
     * @return whether something was done
     */
    boolean look(Charge charge) {
        Meant meant = meant(charge.entry().underlay());
        Optional<Fan> fan = fan(charge);
        findAddress(charge, meant, fan);
        if (charge.address().isEmpty()) {
            return !charge.down() && bringUp(charge, meant);
        }
        UnderlaySpec.Address own = charge.address().get();
        boolean here = meant(own).address().isPresent();
        boolean moved = meant.address().isPresent() && !meant.address().get().equals(own);
        if (charge.down()) {
            return false;
        }
        boolean done = here && repair(charge, own);
        if (charge.down()) {
            return false;
        }
        if (moved) {
            renumbering(charge, own, meant.address().get());
        } else if (!here) {
            say(
                    charge,
                    Notice.Kind.TROUBLE,
                    "the underlay address " + own.address() + " is not on this host any more; the slice "
                            + slice(charge, own).cidr() + " is unreachable until it returns");
        } else if (meant.address().isEmpty()) {
            say(
                    charge,
                    Notice.Kind.TROUBLE,
                    meant.trouble() + "; the fan stays as it is, with the underlay address " + own.address());
        } else {
            charge.allIsWell();
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

    private Optional<Fan> fan(Charge charge) {
        for (Fan fan : engine.list()) {
            if (fan.overlay().equals(charge.entry().overlay())) {
                return Optional.of(fan);
            }
        }
        return Optional.empty();
    }

    /** With which address the fan is up: the one that is meant, or else one that no other line stands for. */
    private void findAddress(Charge charge, Meant meant, Optional<Fan> fan) {
        if (fan.isEmpty()) {
            return;
        }
        List<UnderlaySpec.Address> addresses = new ArrayList<>();
        for (FanSlice slice : fan.get().slices()) {
            addresses.add(new UnderlaySpec.Address(
                    slice.underlayAddress(), slice.mapping().underlay()));
        }
        Optional<UnderlaySpec.Address> found = meant.address().filter(addresses::contains);
        if (found.isEmpty() && charge.address().isEmpty()) {
            for (Charge other : charges) {
                other.address().ifPresent(addresses::remove);
            }
            found = addresses.stream().findFirst();
        }
        if (found.isPresent()) {
            if (charge.down() || charge.address().isEmpty()) {
                watching(charge, found.get());
            }
            charge.address(found.get());
            charge.down(false);
        }
    }

    private boolean bringUp(Charge charge, Meant meant) {
        if (meant.address().isEmpty()) {
            say(charge, Notice.Kind.TROUBLE, meant.trouble());
            return false;
        }
        UnderlaySpec.Address own = meant.address().get();
        tell(charge, engine.up(charge.entryAt(own)));
        charge.address(own);
        charge.allIsWell();
        watching(charge, own);
        return true;
    }

    private boolean repair(Charge charge, UnderlaySpec.Address own) {
        Optional<Plan> done = engine.repair(charge.entryAt(own));
        if (done.isEmpty()) {
            charge.down(true);
            say(charge, Notice.Kind.DOWN, "it was taken down; it is left alone until it is up again");
            return false;
        }
        tell(charge, done.get());
        if (done.get().isEmpty()) {
            return false;
        }
        if (charge.backoff().repaired(String.join("; ", done.get().lines()), System.nanoTime())) {
            notices.accept(new Notice(
                    Notice.Kind.FIGHT,
                    charge.subject(),
                    "somebody keeps undoing this; from now on the pause between repairs doubles, up to "
                            + Backoff.LONGEST.toMinutes() + " min"));
        }
        return true;
    }

    private void tell(Charge charge, Plan done) {
        for (String line : done.lines()) {
            notices.accept(new Notice(Notice.Kind.REPAIRED, charge.subject(), line));
        }
    }

    private void watching(Charge charge, UnderlaySpec.Address own) {
        notices.accept(new Notice(
                Notice.Kind.WATCHING,
                charge.subject(),
                "the slice " + slice(charge, own).cidr() + " of " + own.address()));
    }

    private void renumbering(Charge charge, UnderlaySpec.Address own, UnderlaySpec.Address now) {
        String overlay = " -o " + charge.subject();
        say(
                charge,
                Notice.Kind.RENUMBERING,
                "the underlay address is " + now.address() + ", no longer " + own.address() + ": the slice would be "
                        + slice(charge, now).cidr() + " in place of "
                        + slice(charge, own).cidr()
                        + "; nothing is renumbered until somebody says: fanctl down -u " + own + overlay
                        + " && fanctl up -u " + charge.entry().underlay() + overlay);
    }

    private static FanSlice slice(Charge charge, UnderlaySpec.Address address) {
        return FanMapping.of(charge.entry().overlay(), address.network()).slice(address.address());
    }

    void say(Charge charge, Notice.Kind kind, String text) {
        Notice notice = new Notice(kind, charge.subject(), text);
        if (charge.isNews(notice)) {
            notices.accept(notice);
        }
    }
}
