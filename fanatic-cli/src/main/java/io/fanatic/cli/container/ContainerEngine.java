package io.fanatic.cli.container;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.names.NamedContainer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A container engine of this host that can put its containers on a fan.
 *
 * <p>All methods throw {@link io.fanatic.cli.command.CommandException} with one sentence when the engine is absent, does not
 * answer, is too old, or refuses; then it is as it was before. Those that only look never change anything.
 */
public interface ContainerEngine {

    EngineKind kind();

    /** How it stands to the fan; never throws for an engine that is absent or does not answer. */
    EngineStatus status(FanAttachment fan);

    /** Clears temporary files of runs that were killed. */
    default void sweep() {}

    /** The fans that it was put on, and not yet taken off; they need not be up. */
    default List<FanEntry> noted() {
        return List.of();
    }

    /** With which options it was enabled; to be asked only when it was. */
    default EngineOptions options(FanAttachment fan) {
        return EngineOptions.USUAL;
    }

    /** What {@link #enable} would do. */
    EnginePlan planEnable(FanAttachment fan, EngineOptions options);

    /**
     * Lets the engine's containers onto the fan. Again is harmless and does nothing.
     *
     * @return what was done
     */
    EnginePlan enable(FanAttachment fan, EngineOptions options);

    /** What {@link #disable} would do, as if with force. */
    EnginePlan planDisable(FanAttachment fan);

    /**
     * Puts the engine back as it was before {@link #enable}. Not enabled is fine.
     *
     * @param force also when containers are on the fan; they lose it. Also when the engine does not answer; then what is in it
     *     remains, and the next call goes on
     * @return what was done
     * @throws io.fanatic.cli.command.CommandException IN_USE naming the containers, or what cannot be taken away while the engine
     *     does not answer, unless forced; CONFLICT when a person has
     *     changed what we wrote, saying what differs and what to do
     */
    EnginePlan disable(FanAttachment fan, boolean force);

    /** Names of the containers, running or not, that are on the fan through this engine. */
    List<String> containersOn(FanAttachment fan);

    /**
     * Those of {@link #containersOn} that do not run; none where the engine cannot tell.
     *
     * @throws io.fanatic.cli.command.CommandException when the engine does not answer
     */
    default Set<String> stoppedOn(FanAttachment fan) {
        return Set.of();
    }

    /**
     * The running containers with the names that others may call them by, and the addresses that the engine itself gave them or sees in
     * them; those that are on no fan may be among them.
     *
     * @throws io.fanatic.cli.command.CommandException when the engine does not answer
     */
    default List<NamedContainer> named(FanAttachment fan) {
        return List.of();
    }

    /** The containers that are on the fan, or were to be, in a way that does not work and that the engine does not refuse. */
    default List<Misfit> misfits(FanAttachment fan) {
        return List.of();
    }

    /**
     * Starts a container on the fan, {@code fanatic-test}, to test the way to it; whatever of that name an earlier test left is
     * replaced. The caller closes it, which destroys it.
     *
     * @param image the engine's name of an image; else a local busybox, alpine or ubuntu, else one is pulled
     * @param progress gets a line for each thing that takes longer than a moment, and an empty one now and then; what it throws ends the
     *     start, and nothing of the container stays
     * @throws io.fanatic.cli.command.CommandException when there is no image to be had: the sentence tells why
     */
    TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress);
}
