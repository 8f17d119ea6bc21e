package io.fanatic.harness.scenario;

import io.fanatic.core.Direct;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Ping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a {@link Scenario} of YAML; fan-scenario(5) describes what it accepts. */
final class ScenarioReader {
    private static final int MAX_STEPS = 1000;
    private static final int MAX_PACKETS = 10_000;
    private static final int USUAL_PACKETS = 50;
    private static final int USUAL_BYTES = 56;
    private static final long MIN_RATE = 1000;
    private static final Pattern ENDS = Pattern.compile("(h\\d+(?:c\\d+)?) to (h\\d+(?:c\\d+)?|all)");
    private static final Pattern HOST = Pattern.compile("h(\\d{1,3})");

    private final YamlNode top;
    private final Map<FanMapping, FanOptions> options = new LinkedHashMap<>();
    private final Map<Integer, FanOptions> hostOptions = new HashMap<>();
    private final Set<Integer> ipv4Only = new HashSet<>();

    ScenarioReader(YamlNode top) {
        this.top = top;
    }

    Scenario scenario() {
        Map<String, YamlNode> values =
                top.keys("title", "underlay", "segments", "mtu", "fans", "hosts", "containers", "steps");
        Ipv4Prefix underlay = top.require(values, "underlay").as(Ipv4Prefix::parse);
        YamlNode fans = top.require(values, "fans");
        fans.list().forEach(each -> fan(each, underlay));
        if (options.isEmpty()) {
            throw fans.error("a scenario needs a fan");
        }
        LabSpec lab = lab(values, underlay);
        YamlNode steps = top.require(values, "steps");
        if (steps.list().size() > MAX_STEPS) {
            throw steps.error("more than " + MAX_STEPS + " steps");
        }
        return new Scenario(
                top.require(values, "title").text(),
                lab,
                options,
                hostOptions,
                ipv4Only,
                steps.map(each -> step(each, lab)));
    }

    private void fan(YamlNode node, Ipv4Prefix underlay) {
        Map<String, YamlNode> values = node.keys("overlay", "overlay6", "port", "vni", "mtu", "direct");
        YamlNode overlay = node.require(values, "overlay");
        FanMapping fan = overlay.as(text -> FanMapping.of(Ipv4Prefix.parse(text), underlay));
        FanOptions flags = flags(values)
                .withDirect(YamlNode.find(values, "direct")
                        .map(each -> each.as(ScenarioReader::direct))
                        .orElse(Direct.OFF));
        Optional<YamlNode> overlay6 = YamlNode.find(values, "overlay6");
        if (overlay6.isPresent()) {
            Ipv6Prefix prefix = overlay6.get().as(text -> new Ipv6Mapping(Ipv6Prefix.parse(text), underlay).overlay());
            flags = flags.withOverlay6(prefix);
        }
        if (options.put(fan, flags) != null) {
            throw overlay.error("the fan " + fan + " is given twice");
        }
    }

    private static Direct direct(String text) {
        return switch (text) {
            case "send" -> Direct.SEND;
            case "accept" -> Direct.ACCEPT;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither send nor accept");
        };
    }

    private static FanOptions flags(Map<String, YamlNode> values) {
        FanOptions flags = FanOptions.DEFAULT;
        OptionalInt port = YamlNode.number(values, "port", 1, 65535);
        OptionalInt vni = YamlNode.number(values, "vni", 0, 0xffffff);
        OptionalInt mtu = YamlNode.number(values, "mtu", FanOptions.MIN_MTU, LabSpec.MAX_MTU);
        flags = port.isPresent() ? flags.withPort(port.getAsInt()) : flags;
        flags = vni.isPresent() ? flags.withVni(vni.getAsInt()) : flags;
        return mtu.isPresent() ? flags.withMtu(mtu.getAsInt()) : flags;
    }

    private LabSpec lab(Map<String, YamlNode> values, Ipv4Prefix underlay) {
        YamlNode hosts = top.require(values, "hosts");
        List<Ipv4Address> addresses = new ArrayList<>();
        int count = 0;
        if (hosts.isList()) {
            for (YamlNode each : hosts.list()) {
                addresses.add(host(each, addresses.size() + 1));
            }
        } else {
            count = hosts.number(1, 250);
        }
        int containers = YamlNode.number(values, "containers", 0, 250).orElse(1);
        int mtu =
                YamlNode.number(values, "mtu", LabSpec.MIN_MTU, LabSpec.MAX_MTU).orElse(1500);
        int shortest = underlay.prefixLength();
        int segments = YamlNode.number(values, "segments", shortest, 29).orElse(shortest);
        List<FanMapping> fans = List.copyOf(options.keySet());
        try {
            LabSpec lab = new LabSpec("scenario", fans.get(0), Math.max(1, count), 0, mtu);
            lab = addresses.isEmpty() ? lab : lab.withHostsAt(addresses);
            return lab.withSegments(segments).withFans(fans).withContainers(containers);
        } catch (IllegalArgumentException e) {
            throw hosts.error(e.getMessage() + " (underlay " + underlay + ")");
        }
    }

    private Ipv4Address host(YamlNode node, int number) {
        if (!node.isMapping()) {
            return node.as(Ipv4Address::parse);
        }
        Map<String, YamlNode> values = node.keys("address", "overlay6", "port", "vni", "mtu");
        hostOptions.put(number, flags(values));
        YamlNode.find(values, "overlay6").ifPresent(each -> {
            if (!each.text().equals("none")) {
                throw each.error("\"" + each.text() + "\" is not none; the fan gives the IPv6 overlay");
            }
            ipv4Only.add(number);
        });
        return node.require(values, "address").as(Ipv4Address::parse);
    }

    private Step step(YamlNode node, LabSpec lab) {
        Map<String, YamlNode> values = node.keys("reach", "unreachable", "throughput", "loss", "link", "stop", "start");
        if (values.size() != 1) {
            throw node.error("a step is one thing, and this one is " + values.size());
        }
        String verb = values.keySet().iterator().next();
        YamlNode what = node.require(values, verb);
        int line = node.line();
        return switch (verb) {
            case "reach" -> new Step.Reach(line, whom(what, lab), true);
            case "unreachable" -> new Step.Reach(line, whom(what, lab), false);
            case "throughput" -> throughput(line, what, lab);
            case "loss" -> loss(line, what, lab);
            case "link" -> link(line, what, lab);
            case "stop" -> new Step.Stop(line, hostNumber(what, lab));
            default -> new Step.Start(line, hostNumber(what, lab));
        };
    }

    private static List<Step.Ends> whom(YamlNode node, LabSpec lab) {
        if (!node.isList() && !node.isMapping() && node.text().equals("all")) {
            return List.of();
        }
        List<Step.Ends> ends = new ArrayList<>();
        for (YamlNode each : node.oneOrMore()) {
            ends.add(ends(each, lab));
        }
        if (ends.isEmpty()) {
            throw node.error("who? Write all, h1 to all, or h1 to h2c1");
        }
        return ends;
    }

    private static Step.Ends ends(YamlNode node, LabSpec lab) {
        return node.as(text -> {
            Matcher matcher = ENDS.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not a pair; write h1 to h2, h1c1 to h2c1 or h1 to all");
            }
            requireNode(matcher.group(1), lab);
            if (!matcher.group(2).equals("all")) {
                requireNode(matcher.group(2), lab);
                if (matcher.group(1).equals(matcher.group(2))) {
                    throw new IllegalArgumentException("\"" + text + "\": both are the same");
                }
            }
            return new Step.Ends(matcher.group(1), matcher.group(2));
        });
    }

    private static void requireNode(String name, LabSpec lab) {
        String[] numbers = name.substring(1).split("c");
        boolean host = within(numbers[0], lab.hosts());
        boolean container = numbers.length == 1
                || within(numbers[1], lab.containers() * lab.fans().size());
        if (!host || !container) {
            throw new IllegalArgumentException("there is no " + name + ": hosts are h1 to h" + lab.hosts()
                    + (container
                            ? ""
                            : ", with " + lab.containers() * lab.fans().size() + " containers each"));
        }
    }

    private static boolean within(String number, int most) {
        return number.length() <= 3 && Integer.parseInt(number) >= 1 && Integer.parseInt(number) <= most;
    }

    private static Step throughput(int line, YamlNode node, LabSpec lab) {
        Map<String, YamlNode> values = node.keys("between", "at least", "at most");
        OptionalLong least = rate(values, "at least");
        OptionalLong most = rate(values, "at most");
        requireBound(node, least.isPresent() || most.isPresent());
        return new Step.Throughput(line, between(node, values, lab), least, most);
    }

    private static Step loss(int line, YamlNode node, LabSpec lab) {
        Map<String, YamlNode> values = node.keys("between", "packets", "bytes", "at least", "at most");
        OptionalDouble least = share(values, "at least");
        OptionalDouble most = share(values, "at most");
        requireBound(node, least.isPresent() || most.isPresent());
        int packets = YamlNode.number(values, "packets", 1, MAX_PACKETS).orElse(USUAL_PACKETS);
        int bytes = YamlNode.number(values, "bytes", Ping.MIN_PAYLOAD, Ping.MAX_PAYLOAD)
                .orElse(USUAL_BYTES);
        return new Step.Loss(line, between(node, values, lab), packets, bytes, least, most);
    }

    private static void requireBound(YamlNode node, boolean bound) {
        if (!bound) {
            throw node.error("\"at least\" or \"at most\" is missing");
        }
    }

    private static List<Step.Ends> between(YamlNode node, Map<String, YamlNode> values, LabSpec lab) {
        return whom(node.require(values, "between"), lab);
    }

    private static OptionalLong rate(Map<String, YamlNode> values, String key) {
        Optional<YamlNode> value = YamlNode.find(values, key);
        return value.isPresent() ? OptionalLong.of(value.get().as(Quantity::rate)) : OptionalLong.empty();
    }

    private static OptionalDouble share(Map<String, YamlNode> values, String key) {
        Optional<YamlNode> value = YamlNode.find(values, key);
        return value.isPresent() ? OptionalDouble.of(value.get().as(Quantity::percent)) : OptionalDouble.empty();
    }

    private static Step link(int line, YamlNode node, LabSpec lab) {
        Map<String, YamlNode> values = node.keys("of", "state", "rate", "loss", "mtu");
        if (values.size() < 2) {
            throw node.error("nothing is said about the link: state, rate, loss or mtu");
        }
        Optional<Boolean> up = YamlNode.find(values, "state").map(each -> each.as(ScenarioReader::state));
        Optional<YamlNode> limit = YamlNode.find(values, "rate");
        OptionalLong rate =
                limit.isPresent() ? OptionalLong.of(limit.get().as(ScenarioReader::limit)) : OptionalLong.empty();
        return new Step.Link(
                line,
                hostNumber(node.require(values, "of"), lab),
                up,
                rate,
                share(values, "loss"),
                YamlNode.number(values, "mtu", LabSpec.MIN_MTU, LabSpec.MAX_MTU));
    }

    private static boolean state(String text) {
        return switch (text) {
            case "up" -> true;
            case "down" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither up nor down");
        };
    }

    private static long limit(String text) {
        long rate = text.equals("none") ? 0 : Quantity.rate(text);
        if (rate > 0 && rate < MIN_RATE) {
            throw new IllegalArgumentException(text + " is less than 1 kbit/s");
        }
        return rate;
    }

    private static int hostNumber(YamlNode node, LabSpec lab) {
        return node.as(text -> {
            Matcher matcher = HOST.matcher(text);
            if (!matcher.matches() || !within(matcher.group(1), lab.hosts())) {
                throw new IllegalArgumentException("\"" + text + "\" is not a host; there are h1 to h" + lab.hosts());
            }
            return Integer.parseInt(matcher.group(1));
        });
    }
}
