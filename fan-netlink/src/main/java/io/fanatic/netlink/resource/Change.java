package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import java.util.Optional;

/**
 * One step of a plan: a resource appears, disappears or becomes another. Its inverse leads back.
 *
 * @param from what is there; empty when the resource appears
 * @param to what will be there; empty when the resource disappears
 */
public record Change(Optional<Resource> from, Optional<Resource> to) {

    public static Change create(Resource resource) {
        return new Change(Optional.empty(), Optional.of(resource));
    }

    public static Change delete(Resource resource) {
        return new Change(Optional.of(resource), Optional.empty());
    }

    public static Change replace(Resource from, Resource to) {
        return new Change(Optional.of(from), Optional.of(to));
    }

    public Change inverse() {
        return new Change(to, from);
    }

    public void apply(Kernel kernel) {
        if (to.isEmpty()) {
            from.orElseThrow().delete(kernel);
        } else if (from.isEmpty()) {
            to.get().create(kernel);
        } else {
            to.get().change(kernel, from.get());
        }
    }

    /** One line for people. */
    @Override
    public String toString() {
        if (to.isEmpty()) {
            return from.orElseThrow().deleting();
        }
        return from.isEmpty() ? to.get().creating() : to.get().changing(from.get());
    }
}
