/**
 * Brings a fan up and takes it down: what is {@linkplain io.fanatic.netlink.engine.HostState observed}, what is
 * {@linkplain io.fanatic.netlink.engine.DesiredState desired}, the {@linkplain io.fanatic.netlink.engine.Plan plan} of changes
 * between them, and the {@linkplain io.fanatic.netlink.engine.Engine engine} that applies it or undoes it. Embedders start
 * at {@link io.fanatic.netlink.FanNetwork} instead.
 */
@NullMarked
package io.fanatic.netlink.engine;

import org.jspecify.annotations.NullMarked;
