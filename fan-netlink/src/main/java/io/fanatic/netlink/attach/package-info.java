/**
 * How programs come to a device and stay known: {@link io.fanatic.netlink.attach.ProgramHooks} through tcx
 * ({@link io.fanatic.netlink.attach.TcxHooks}, Linux 6.6) or filters of a clsact ({@link io.fanatic.netlink.attach.ClsactHooks}); their counters
 * ({@link io.fanatic.netlink.attach.CounterPins}) and their record in a device's alias ({@link io.fanatic.netlink.attach.NotedPrograms}).
 */
@NullMarked
package io.fanatic.netlink.attach;

import org.jspecify.annotations.NullMarked;
