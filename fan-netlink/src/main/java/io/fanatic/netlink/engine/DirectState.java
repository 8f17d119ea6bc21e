package io.fanatic.netlink.engine;

import io.fanatic.core.Direct;
import java.util.Optional;

/**
 * What a fan does with packets without encapsulation on this host.
 *
 * @param now whether it receives them, and whether it sends them
 * @param by the underlay's device that it receives them by; empty where it does not
 * @param obstacle why the fan must not send them, in a few words; empty where it may, or is not to
 */
public record DirectState(Direct now, Optional<String> by, Optional<String> obstacle) {}
