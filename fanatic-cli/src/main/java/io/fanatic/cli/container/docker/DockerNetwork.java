package io.fanatic.cli.container.docker;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.ContainerRange;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.Resource;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.Delivery;
import io.fanatic.core.FanNames;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Prefix;
import io.fanatic.core.Share;
import java.util.List;
import java.util.Optional;

/**
 * A Docker network named as the fan's bridge, on that bridge. Made after what Docker was seen to do:
 *
 * <ul>
 *   <li>without a gateway it replaces the bridge's address by the slice's first one, so the host address is given;
 *   <li>it would hand out the slice's first and last address and the host reserve, so those are auxiliary addresses;
 *   <li>it would masquerade the whole overlay, which the fan does, and only to the outside;
 *   <li>it would give containers 1500 bytes, whatever the bridge's MTU is.
 * </ul>
 *
 * <p>{@code inhibit_ipv4} keeps it from touching the bridge's addresses at all. It is set where the fan has several slices on
 * this host, for Docker compares its gateway with the bridge's first address only and would replace that.
 */
public final class DockerNetwork implements Resource {
    private static final String OPTION = "com.docker.network.";
    private static final String INHIBIT = OPTION + "bridge.inhibit_ipv4";
    private static final String TRUSTED = OPTION + "bridge.trusted_host_interfaces";

    private final DockerApi docker;
    private final FanAttachment fan;
    private final boolean severalSlices;

    /** @param severalSlices whether the bridge carries addresses of other slices too */
    DockerNetwork(DockerApi docker, FanAttachment fan, boolean severalSlices) {
        this.docker = docker;
        this.fan = fan;
        this.severalSlices = severalSlices;
    }

    @Override
    public String title() {
        return "the Docker network " + fan.bridge();
    }

    @Override
    public Optional<String> present() {
        return docker.network(fan.bridge()).map(DockerNetwork::canonical);
    }

    /** Of all that Docker tells of a network, what we can ask for. */
    public static String canonical(Json network) {
        JsonObject json = new JsonObject();
        for (String name : List.of("Name", "Driver")) {
            json.addProperty(name, network.textOr(name, ""));
        }
        json.addProperty("Internal", network.isTrue("Internal"));
        if (network.isTrue("EnableIPv6")) {
            json.addProperty("EnableIPv6", true);
        }
        JsonArray pools = new JsonArray();
        for (Json pool : network.at("IPAM", "Config").list()) {
            JsonObject one = new JsonObject();
            for (String name : List.of("Subnet", "IPRange", "Gateway")) {
                one.addProperty(name, pool.textOr(name, ""));
            }
            one.add("AuxiliaryAddresses", pool.at("AuxiliaryAddresses").sorted(""));
            pools.add(one);
        }
        json.add("IPAM", JsonValues.object("Config", pools));
        // Docker adds options of its own that other versions do not have.
        JsonObject options = new JsonObject();
        for (String name : List.of(
                OPTION + "bridge.enable_ip_masquerade",
                INHIBIT,
                OPTION + "bridge.name",
                OPTION + "driver.mtu",
                TRUSTED)) {
            Json value = network.at("Options", name);
            if (!value.isAbsent()) {
                options.add(name, value.element());
            }
        }
        json.add("Options", options);
        json.add("Labels", network.at("Labels").sorted("io.fanatic."));
        return json.toString();
    }

    private ContainerRange range() {
        return ContainerRange.of(fan.slice(), fan.block(Share.DOCKER));
    }

    @Override
    public Optional<Ipv4Range> addresses() {
        return Optional.of(range().range());
    }

    /** What Docker is asked for. */
    JsonObject request() {
        ContainerRange range = range();
        JsonObject kept = new JsonObject();
        JsonObject kept6 = new JsonObject();
        Ipv4Address gateway = fan.slice().hostAddress();
        for (Ipv4Address address : range.keptIn(fan.slice())) {
            // Those of its own subnet Docker keeps by itself, and refuses to be told.
            boolean ends = address.equals(fan.subnet().network())
                    || address.equals(fan.subnet().last());
            if (!address.equals(gateway) && !ends) {
                kept.addProperty("kept-" + address, address.toString());
            }
            // The slice of IPv6 is a subnet of its own.
            if (!address.equals(gateway) && !address.equals(fan.slice().cidr().network())) {
                fan.ipv6Address(address)
                        .map(Ipv6Address::toString)
                        .ifPresent(same -> kept6.addProperty("kept-" + same, same));
            }
        }
        JsonArray pools = JsonValues.array(pool(fan.subnet(), range.block(), gateway, kept));
        fan.ipv6()
                .ifPresent(mapping -> pools.add(pool(
                        mapping.sliceOf(fan.slice().underlayAddress()),
                        fan.ipv6Block(range.block()).orElseThrow(),
                        fan.ipv6Address(gateway).orElseThrow(),
                        kept6)));
        JsonObject options = JsonValues.object(OPTION + "bridge.name", fan.bridge());
        options.addProperty(OPTION + "bridge.enable_ip_masquerade", "false");
        options.addProperty(OPTION + "driver.mtu", Integer.toString(fan.mtu()));
        if (fan.type().delivery() == Delivery.ROUTED) {
            // Docker from version 28 drops what comes to its containers from other devices than their bridge.
            options.addProperty(TRUSTED, FanNames.tunnel(fan.type(), fan.overlay()));
        }
        if (severalSlices) {
            options.addProperty(INHIBIT, "true");
        }
        JsonObject network = JsonValues.object("Name", fan.bridge(), "Driver", "bridge", "CheckDuplicate", true);
        network.addProperty("Internal", false);
        if (fan.ipv6().isPresent()) {
            network.addProperty("EnableIPv6", true);
        }
        network.add("IPAM", JsonValues.object("Driver", "default", "Config", pools));
        network.add("Options", options);
        network.add("Labels", JsonValues.object("io.fanatic.fan", fan.mapping()));
        return network;
    }

    private static JsonObject pool(Prefix subnet, Prefix range, IpAddress gateway, JsonObject kept) {
        JsonObject pool = JsonValues.object("Subnet", subnet, "IPRange", range, "Gateway", gateway);
        pool.add("AuxiliaryAddresses", kept);
        return pool;
    }

    @Override
    public String wanted() {
        return canonical(new Json("our request", request()));
    }

    @Override
    public void create() {
        docker.createNetwork(request());
    }

    @Override
    public void remove() {
        docker.removeNetwork(fan.bridge());
    }

    @Override
    public String creating() {
        return "create " + title() + " with the addresses "
                + FanAttachment.description(range().range(), Share.DOCKER)
                + fan.ipv6Block(range().block()).map(block -> ", and " + block).orElse("")
                + "; containers join it by: docker run --network "
                + fan.bridge();
    }

    @Override
    public String removing() {
        return "remove " + title();
    }

    @Override
    public List<String> users() {
        return docker.containersOn(fan.bridge());
    }

    @Override
    public void detachUsers() {
        for (String container : users()) {
            docker.disconnect(fan.bridge(), container);
        }
    }

    @Override
    public String fate() {
        return "they keep running without it, and those that were made for it alone do not start again";
    }
}
