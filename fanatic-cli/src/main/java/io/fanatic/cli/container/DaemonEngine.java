package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.http.UnixHttp;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * An engine with a daemon, which alone can make and take away the thing in it that puts it on a fan.
 *
 * @param <A> the daemon's interface
 */
public abstract class DaemonEngine<A> extends NotedEngine {

    /**
     * Opens a daemon's interface, which is closed again when nobody answers there as is needed.
     *
     * @param greeting finds out who answers
     * @throws EngineUnavailableException saying what is wrong
     */
    public static <A> A open(EngineKind kind, Path socket, Function<UnixHttp, A> greeting) {
        UnixHttp http = UnixHttp.open(kind.title(), socket);
        try {
            return greeting.apply(http);
        } catch (EngineUnavailableException e) {
            http.close();
            throw e;
        } catch (CommandException e) {
            http.close();
            throw EngineUnavailableException.because(e.getMessage() + "; is it running?");
        } catch (RuntimeException | Error e) {
            http.close();
            throw e;
        }
    }

    /** @param thing what is made in the engine, a word: {@code network} */
    protected DaemonEngine(EngineKind kind, Path journals, String thing) {
        super(kind, journals, thing);
    }

    /**
     * Opens the interface for some work.
     *
     * @throws EngineUnavailableException when the daemon cannot be asked
     */
    protected abstract <T> T with(Function<A, T> work);

    protected abstract JournaledResource keeper(A api, FanAttachment fan);

    /** What of ours is in it: {@code the LXD profile fan-250}. */
    protected abstract String title(FanAttachment fan);

    /** Whether we have put that in it. */
    protected abstract boolean isNoted(FanAttachment fan);

    /** Taking our thing away, in words. */
    protected final EnginePlan planRemoval(FanAttachment fan) {
        return orUnusable(fan, api -> keeper(api, fan).disabling(), e -> withoutDaemon(e, fan));
    }

    /** @param force also where the daemon cannot be asked; the note stays then, and the next run does it */
    protected final EnginePlan removal(FanAttachment fan, boolean force) {
        return orUnusable(fan, api -> keeper(api, fan).disable(force), e -> {
            if (e.isAbsent()) {
                journal(fan).forget();
            } else if (!force) {
                throw remains(e, fan);
            }
            return withoutDaemon(e, fan);
        });
    }

    private EnginePlan orUnusable(
            FanAttachment fan,
            Function<A, List<String>> work,
            Function<EngineUnavailableException, List<String>> otherwise) {
        try {
            return with(api -> StatusMapper.plan(work.apply(api)));
        } catch (EngineUnavailableException e) {
            return isNoted(fan) ? StatusMapper.plan(otherwise.apply(e)) : EnginePlan.nothing();
        }
    }

    private List<String> withoutDaemon(EngineUnavailableException e, FanAttachment fan) {
        return List.of(
                e.isAbsent()
                        ? "delete the note about " + title(fan) + ": " + e.getMessage()
                        : "leave " + title(fan) + " for the next run: " + e.getMessage());
    }

    /** The containers on the fan, by name; none where the daemon cannot be asked and nothing of ours is in it. */
    protected final List<String> containersOn(FanAttachment fan, Function<A, List<String>> names) {
        try {
            return with(names);
        } catch (EngineUnavailableException e) {
            if (isNoted(fan) && !e.isAbsent()) {
                throw remains(e, fan);
            }
            return List.of();
        }
    }

    private CommandException remains(EngineUnavailableException e, FanAttachment fan) {
        return CommandException.inUse(
                title(fan) + " cannot be taken away, nor asked for its containers: " + e.getMessage()
                        + "; then run this again, or go on without it with --force: then it remains, and the next run"
                        + " takes it away");
    }
}
