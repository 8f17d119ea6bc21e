package io.fanatic.cli.container;

import java.util.List;
import java.util.Set;

/** The containers that use a {@link StaticFile}, as their engine tells. */
public interface FileUsers {

    /** Their names, running or not. */
    List<String> now();

    /** Those of {@link #now} that do not run, where that can be told. */
    default Set<String> stopped() {
        return Set.of();
    }

    /** Takes them off the network that the file describes, as far as that can be done. */
    void detachUsers();

    /** What becomes of them then: {@code they keep running without it}. */
    String fate();

    /** Clears what the engine keeps of the network beside the file, which goes then, and which nobody uses any more. */
    default void forget() {}
}
