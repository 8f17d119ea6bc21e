/**
 * Keeps the fans of a host up: waits until the kernel reports a change, and repairs what is safe to repair. Start at {@link
 * io.fanatic.netlink.watch.Watch}.
 */
@NullMarked
package io.fanatic.netlink.watch;

import org.jspecify.annotations.NullMarked;
