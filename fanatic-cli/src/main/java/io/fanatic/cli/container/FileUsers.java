package io.fanatic.cli.container;

import java.util.List;

/** The containers that use a {@link StaticFile}, as their engine tells. */
public interface FileUsers {

    /** Their names, running or not. */
    List<String> now();

    /** Takes them off the network that the file describes, as far as that can be done. */
    void detachUsers();

    /** What becomes of them then: {@code they keep running without it}. */
    String fate();

    /** Clears what the engine keeps of the network beside the file, which goes then, and which nobody uses any more. */
    default void forget() {}
}
