/**
 * Fans on this host, for programs that embed them. {@link io.fanatic.netlink.FanNetwork} is the whole interface:
 *
 * <pre>{@code
 * FanNetwork network = FanNetwork.onThisHost();
 * network.up(FanEntry.parse("250.0.0.0/8 10.0.0.0/16"));
 * for (Fan fan : network.list()) {
 *     System.out.println(fan.bridge() + " " + fan.slices());
 * }
 * }</pre>
 */
@NullMarked
package io.fanatic.netlink;

import org.jspecify.annotations.NullMarked;
