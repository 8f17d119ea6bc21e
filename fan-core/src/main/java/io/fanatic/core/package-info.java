/**
 * Fan arithmetic, and the words in which fans are written down. Start at {@link io.fanatic.core.FanMapping} for the
 * arithmetic and at {@link io.fanatic.core.FanConfig} for /etc/network/fan.
 *
 * <pre>{@code
 * FanMapping fan = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
 * FanSlice slice = fan.slice(Ipv4Address.parse("10.0.0.45"));
 * slice.hostAddress();                              // 250.0.45.1
 * fan.owner(Ipv4Address.parse("250.0.45.7"));       // 10.0.0.45
 * }</pre>
 */
@NullMarked
package io.fanatic.core;

import org.jspecify.annotations.NullMarked;
