package io.fanatic.netlink.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSpecsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "interface-name:fan-*;interface-name:ftun-* | true",
                "interface-name:=fan-250 | true",
                "interface-name:=fan-2 | false",
                "fan-250 | true",
                "type:bridge | true",
                "driver:bridge,type:wifi | true",
                "type:vxlan | false",
                "'*,except:type:wifi,except:type:gsm' | true",
                "'*;except:interface-name:fan-*' | false",
                "mac:02:fa:0a:00:00:01 | false",
                "'' | false",
            })
    void aBridgeNamedFan250IsMeantAsNetworkManagerSays(String list, boolean meant) {
        assertThat(new DeviceSpecs(list).match("fan-250", "bridge")).isEqualTo(meant);
    }
}
