package io.fanatic.cli.container;

import io.fanatic.core.Ipv4Range;
import java.util.List;
import java.util.Optional;

/** One thing in an engine that is ours when it is there: a network, a profile, a file. */
public interface Resource {

    /** For messages: {@code the Docker network fan-250}. */
    String title();

    /** What is there, in a form that is equal for equal things; empty when nothing is. */
    Optional<String> present();

    /** What should be there, in the same form. */
    String wanted();

    /** The addresses that it gives out, as it should be; empty when it gives out none of its own. */
    default Optional<Ipv4Range> addresses() {
        return Optional.empty();
    }

    /** Makes what should be there. */
    void create();

    /** Takes away what is there, which is ours. */
    void remove();

    /** Clears what a {@link #create} that was killed has left. */
    default void sweep() {}

    /** What {@link #create} does, a sentence. */
    String creating();

    /** What {@link #remove} does, a sentence. */
    String removing();

    /** Who uses it, by name. */
    List<String> users();

    /** Frees it of its users, who lose the fan. */
    void detachUsers();

    /** What becomes of them then: {@code they keep running without it}. */
    String fate();
}
